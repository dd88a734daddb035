"""Sentences in a document that speak to the machine that reads it.

A document is data. Whoever writes "ignore all previous instructions" into one wants something, so its values are not
taken from such lines and a person looks at it. Phrases are those of published attacks; a model's obedience is never
what protects: its output decides nothing but field values, and those must stand on the page.
"""

import re

_ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,30}\b(?:previous|prior|above|earlier|all|any|system)\b.{0,30}\b(?:instructions?|prompts?|rules|directions|context)\b"
    r"|\b(?:ignoriere|vergiss|missachte)\b.{0,40}\b(?:anweisungen|instruktionen|regeln)\b"
    r"|\b(?:ignore[zr]?|oublie[zr]?)\b.{0,40}\b(?:instructions|consignes)\b"
    r"|\b(?:ignora|ignore|olvida|esque[cç]a|dimentica)\b.{0,40}\b(?:instrucciones|instru[cç][oõ]es|istruzioni)\b"
    r"|\byou are (?:now )?(?:in |an? )?(?:\w+ )?(?:maintenance mode|developer mode|ai\b|assistant|language model)"
    r"|\b(?:system|developer) prompt\b|\bapi key\b.{0,40}\b(?:call|send|post|reveal|print)|\b(?:call|send|post|reveal|print)\b.{0,60}\b(?:system prompt|api key)\b"
    r"|\b(?:set|change|report|return)\b.{0,40}\b(?:confidence|fraud|status)\b.{0,20}\b(?:to|as|=)"
    r"|</?(?:document|untrusted|system|instructions?|user|assistant)>|^\W*(?:system|assistant)\s*:\s*(?:approved?|accept|reject|you|ignore|set|override)\b"
    r"|[{,]\s*\"\w+\"\s*:\s*(?:\"|[\d{\[]|true|false|null)",
    re.IGNORECASE,
)


def speaks_to_machine(line: str) -> bool:
    """Whether a line gives orders to a program, or forges what one would answer."""
    return _ORDERS.search(line) is not None
