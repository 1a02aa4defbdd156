#!/usr/bin/env python3
"""clang-tidy over the files named, two at a time; a file that passed is not checked again until it changes.

usage: tidy.py BUILD-DIR FILE.cpp...
BUILD-DIR has the compile_commands.json, and the plugin.so that ./run makes of tidy_plugin.cpp.

A stamp is named by a hash of what clang-tidy sees: the preprocessed file with its comments, the flags, the rules.
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import shlex
import subprocess
import sys

TIDY = "clang-tidy-19"
NARROW = "tercet-own-declarations-only"  # the plugin's: three times faster


def compile_commands(build):
    with open(build / "compile_commands.json", encoding="utf-8") as file:
        return {os.path.realpath(entry["file"]): entry for entry in json.load(file)}


def stamp_name(entry):
    words = shlex.split(entry["command"])
    kept = [word for i, word in enumerate(words) if word not in ("-c", "-o") and words[i - 1] != "-o"]
    seen = subprocess.run(kept + ["-E", "-P", "-C"], cwd=entry["directory"], capture_output=True, check=True).stdout
    flags = " ".join(word for word in kept if "/" not in word)
    rules = pathlib.Path(".clang-tidy").read_bytes()
    if "/tests/" in entry["file"]:
        rules += pathlib.Path("tests/.clang-tidy").read_bytes()
    return hashlib.sha256(b"\0".join([seen, flags.encode(), rules])).hexdigest()


def check(build, file, entry):
    """What clang-tidy has to say, or None if all is well."""
    stamp = build / "passed" / stamp_name(entry)
    if stamp.exists():
        return None
    words = [TIDY, "--quiet", f"--load={build}/plugin.so", f"--checks={NARROW}", "-p", build, file]
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode != 0:
        return done.stdout + done.stderr
    stamp.touch()
    return None


def main():
    build = pathlib.Path(sys.argv[1])
    (build / "passed").mkdir(exist_ok=True)
    known = compile_commands(build)
    entries = {file: known.get(os.path.realpath(file)) for file in sys.argv[2:]}
    bad = [file for file, entry in entries.items() if entry is None]
    for file in bad:
        print(f"tidy: {file} is in no target of {build}", file=sys.stderr)
    workers = int(os.environ.get("TIDY_JOBS", len(os.sched_getaffinity(0))))
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        running = {pool.submit(check, build, file, entry): file for file, entry in entries.items() if entry}
        for done in concurrent.futures.as_completed(running):
            if done.result() is not None:
                bad.append(running[done])
                print(done.result(), flush=True)
    print(f"tidy: {len(entries) - len(bad)} of {len(entries)} files pass")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
