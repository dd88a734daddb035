"""The types of n8n's nodes that the templates use, with the versions old and new installations know (n8n 2.8 to 2.41)."""

from collections.abc import Mapping

BASE = "n8n-nodes-base."

VERSIONS: Mapping[str, frozenset[float]] = {
    BASE + name: frozenset(versions)
    for name, versions in {
        "code": (2,),
        "crypto": (1,),
        "emailReadImap": (2, 2.1),
        "emailSend": (2.1,),
        "errorTrigger": (1,),
        "executeWorkflow": (1.2,),
        "executeWorkflowTrigger": (1.1,),
        "httpRequest": (4.2, 4.3, 4.4),
        "if": (2.2, 2.3),
        "manualTrigger": (1,),
        "noOp": (1,),
        "respondToWebhook": (1.1, 1.2, 1.3, 1.4, 1.5),
        "s3": (1,),
        "scheduleTrigger": (1.2,),
        "set": (3.4,),
        "stickyNote": (1,),
        "switch": (3.2,),
        "telegram": (1.2,),
        "telegramTrigger": (1.2,),
        "wait": (1.1,),
        "webhook": (2.1,),
        "whatsApp": (1, 1.1),
        "whatsAppTrigger": (1,),
    }.items()
}

STICKY = BASE + "stickyNote"
SETTINGS = BASE + "set"
WAIT = BASE + "wait"
WEBHOOK = BASE + "webhook"
SUB_WORKFLOW = BASE + "executeWorkflow"
TRIGGERS = frozenset(
    BASE + name
    for name in (
        "emailReadImap", "errorTrigger", "executeWorkflowTrigger", "manualTrigger", "scheduleTrigger",
        "telegramTrigger", "webhook", "whatsAppTrigger",
    )
)  # fmt: skip
CALLERS = frozenset(BASE + name for name in ("httpRequest", "s3"))
"""Nodes whose call may be refused; what then happens is drawn, too."""
