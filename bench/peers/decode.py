"""Pictures read, decoded, turned to RGB and resized by OpenCV: in as many threads as there are cores, and in a loop.

Usage: decode.py FILES.json SIDE
The last line of the output is JSON: seconds of each.
"""

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import cv2

with open(sys.argv[1]) as file:
    files = json.load(file)
side = int(sys.argv[2])
cores = len(os.sched_getaffinity(0))


def read(name):
    return cv2.resize(cv2.cvtColor(cv2.imread(name), cv2.COLOR_BGR2RGB), (side, side)).shape


def seconds(work):
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def threads():
    cv2.setNumThreads(1)
    with ThreadPoolExecutor(cores) as pool:
        for _ in pool.map(read, files):
            pass


def loop():
    cv2.setNumThreads(cores)
    for name in files:
        read(name)


read(files[0])
print(json.dumps({"threads": seconds(threads), "loop": seconds(loop)}))
