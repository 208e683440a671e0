"""Runs cells in the project's kernel as a Jupyter client does; prints every message as one line of JSON.

Standard input: {"folder": ..., "steps": [{"code": ..., "wait": bool, "interrupt": bool, "stop": bool}]}
A step with "wait": false is sent without waiting for the reply to it. A step with "interrupt" is interrupted shortly
after it displays something.
"""
import json
import sys
import threading

from jupyter_client.manager import start_new_kernel

plan = json.load(sys.stdin)
manager, client = start_new_kernel(kernel_name="xray-transfer", startup_timeout=60, cwd=plan["folder"])
sent = {}
done = set()


def report(step, message):
    print(json.dumps({"step": step, "type": message["header"]["msg_type"], "content": message["content"]}), flush=True)


def reply_to(message_id):
    while True:
        reply = client.get_shell_msg(timeout=60)
        if reply["parent_header"].get("msg_id") == message_id:
            return reply


def collect():
    """Takes messages until every cell that was sent has gone idle and has its reply."""
    while len(done) < len(sent):
        message = client.get_iopub_msg(timeout=60)
        message_id = message["parent_header"].get("msg_id")
        if message_id not in sent:
            continue
        if message["header"]["msg_type"] != "status":
            report(sent[message_id], message)
            if message["header"]["msg_type"] == "display_data" and plan["steps"][sent[message_id]].get("interrupt"):
                threading.Timer(0.3, manager.interrupt_kernel).start()
        elif message["content"]["execution_state"] == "idle":
            report(sent[message_id], reply_to(message_id))
            done.add(message_id)


try:
    for number, step in enumerate(plan["steps"]):
        message_id = client.execute(step["code"], stop_on_error=step.get("stop", True))
        sent[message_id] = number
        if step.get("wait", True):
            collect()
    collect()
    for request, asked in plan.get("ask", {}).items():
        report(request, reply_to(getattr(client, request)(**asked)))
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=False)
