"""Verifies the DKIM-Signature of a message from standard input with dkimpy; says the outcome as JSON.

Arguments: the name of the record, and its text, as DNS would have them.
"""

import json
import sys

import dkim

name, record = sys.argv[1:3]
asked = []


def lookup(asked_name, timeout=5):
    text = asked_name.decode() if isinstance(asked_name, bytes) else asked_name
    asked.append(text)
    return record.encode() if text.rstrip(".") == name else None


raw = sys.stdin.buffer.read()
verifier = dkim.DKIM(raw)
try:
    good = verifier.verify(dnsfunc=lookup)
except dkim.DKIMException as e:
    good = False
    print(e, file=sys.stderr)
json.dump(
    {
        "good": good,
        "asked": asked,
        "signed": [h.decode().lower() for h in verifier.include_headers or []],
    },
    sys.stdout,
)
