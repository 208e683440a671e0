"""Unpacks the members of wheels that begin with one of the given names: FOLDER WHEEL... -- PREFIX..."""
import sys
import zipfile

split = sys.argv.index("--")
folder, wheels, prefixes = sys.argv[1], sys.argv[2:split], tuple(sys.argv[split + 1 :])
for wheel in wheels:
    with zipfile.ZipFile(wheel) as archive:
        # A wheel's member names were checked by nobody; extract drops "..", drives and leading slashes.
        archive.extractall(folder, [name for name in archive.namelist() if name.startswith(prefixes)])
