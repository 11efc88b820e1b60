"""Reads a message from standard input with Python's own library; writes what it is as JSON."""

import base64
import email
import email.policy
import json
import sys


def addresses(message, name):
    return [
        {"name": a.display_name, "address": a.addr_spec}
        for value in message.get_all(name, [])
        for a in value.addresses
    ]


def part(one):
    content = one.get_payload(decode=True)
    return {
        "type": one.get_content_type(),
        "charset": one.get_content_charset(),
        "disposition": one.get_content_disposition(),
        "filename": one.get_filename(),
        "content_id": one["Content-ID"],
        "encoding": one["Content-Transfer-Encoding"],
        "content": base64.b64encode(content).decode(),
    }


def structure(one):
    if not one.is_multipart():
        return one.get_content_type()
    inner = ",".join(structure(p) for p in one.iter_parts())
    return f"{one.get_content_subtype()}({inner})"


raw = sys.stdin.buffer.read()
message = email.message_from_bytes(raw, policy=email.policy.SMTPUTF8)
json.dump(
    {
        "headers": [[name, str(value)] for name, value in message.items()],
        "from": addresses(message, "From"),
        "to": addresses(message, "To"),
        "cc": addresses(message, "Cc"),
        "reply_to": addresses(message, "Reply-To"),
        "date": message["Date"].datetime.timestamp(),
        "subject": str(message["Subject"]),
        "structure": structure(message),
        "parts": [part(p) for p in message.walk() if not p.is_multipart()],
        "defects": [repr(d) for p in message.walk() for d in p.defects],
        "longest_line": max(len(line) for line in raw.split(b"\r\n")),
    },
    sys.stdout,
)
