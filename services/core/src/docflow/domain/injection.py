"""Sentences in a document that speak to the machine that reads it.

A document is data. Whoever writes "ignore all previous instructions" into one wants something, so its values are not
taken from such lines and a person looks at it. Phrases are those of published attacks; a model's obedience is never
what protects: its output decides nothing but field values, and those must stand on the page.
"""

import base64
import binascii
import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from docflow.domain.unseen import as_seen, misleads

_ENGLISH = (
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,30}\b(?:previous|prior|above|earlier|all|any|system|your|these)\b"
    r".{0,30}\b(?:instructions?|prompts?|rules|directions|context|guidelines)\b",
    r"\b(?:ignore|disregard|forget)\b.{0,20}\b(?:instructions?|prompts?|rules|guidelines|directions)\b.{0,10}\b(?:above|before|earlier)\b",
    r"\b(?:new|updated|real|actual|hidden) (?:system )?(?:instructions?|prompt)\s*:",
    r"\byou are (?:now )?(?:in |an? )?(?:\w+ )?(?:maintenance mode|developer mode|ai\b|assistant|language model)",
    r"\b(?:dear|hey|hello|attention|note to|message to|to the|for the) (?:ai\b|llm|assistant|language model|model reading|extraction model|parser)",
    r"\bas an? (?:ai|language model|assistant)\b",
    r"\b(?:system|developer) prompt\b|\bapi key\b.{0,40}\b(?:call|send|post|reveal|print)"
    r"|\b(?:call|send|post|reveal|print|repeat|output)\b.{0,60}\b(?:system prompt|api key|your instructions|your prompt)\b",
    r"\b(?:set|change|report|return|output)\b.{0,40}\b(?:confidence|fraud|status)\b.{0,20}(?:\b(?:to|as)\b|=)",
    r"\b(?:report|return|output|answer|respond with|reply with|extract)\b.{0,30}\b(?:total|amount|iban|value|field|json)\b.{0,20}\b(?:as|instead|exactly)\b",
    r"\b(?:mark|flag|treat|classify)\b.{0,40}\b(?:as )?(?:approved|verified|trusted|safe)\b",
    r"\b(?:skip|bypass|no need for|without|disable)\b.{0,20}\b(?:human|manual) (?:review|check|approval)\b",
    r"\b(?:reviewer|human review|hitl|operator|auditor)\b.{0,40}\b(?:confirmed|corrected|overrode|verified|changed)\b.{0,40}(?:=|:|\bto\b|\bis\b)",
)
#: Forgetting and what is to be forgotten, in the order of the language or turned.
_OTHERS = (
    (r"ignorier\w*|vergiss|vergessen sie|missachte\w*|übergeh\w*", r"anweisung\w*|instruktion\w*|regeln|vorgaben|befehle?"),
    (r"ignore[zr]?|oublie[zr]?|ne (?:tenez|tiens) pas compte", r"instructions|consignes|directives|règles"),
    (r"ignor[ae]n?|olvid[ae]n?|haz caso omiso|haga caso omiso", r"instrucciones|órdenes|reglas"),
    (r"ignor[aei]|dimentica\w*|trascura\w*", r"istruzioni|regole|ordini"),
    (r"ignor[ae]|esque[cç]a\w*|desconsider[ae]", r"instru[cç][oõ]es|regras|ordens"),
    (r"negeer|vergeet|sla over", r"instructies|opdrachten|regels"),
    (r"zignoruj\w*|pomi[nń]\w*|zapomnij\w*", r"instrukcj\w*|polece\w*|zasad\w*"),
    (r"игнорируй\w*|проигнорируй\w*|забудь\w*", r"инструкци\w*|указани\w*|правил\w*"),
    (r"yoksay\w*|unut\w*|dikkate alma\w*", r"talimat\w*|kural\w*"),
    (r"忽略|无视|無視|忘记|忘掉", r"指令|指示|提示|规则|命令"),
    (r"تجاهل", r"التعليمات|الأوامر"),
)  # fmt: skip
_FORGED = (
    r"</?(?:document|untrusted|system|instructions?|user|assistant|human|page|example)[\w-]*(?:\s[^<>]{0,40})?>",
    r"^\W*(?:system|assistant)\s*:\s*(?:approved?|accept|reject|you|ignore|set|override)\b",
    r"[{,]\s*\"\w+\"\s?:\s*(?:\"|[\d{\[]|true|false|null)",
    r"<\|?(?:im_start|im_end|endoftext|system|begin_of_text)\|?>|\[/?INST\]",
)


def _foreign(verbs: str, nouns: str) -> str:
    if not nouns.isascii() and "|" in nouns and len(nouns) < 20:
        return rf"(?:{verbs}).{{0,20}}(?:{nouns})|(?:{nouns}).{{0,10}}(?:{verbs})"
    return rf"\b(?:{verbs})\b.{{0,50}}\b(?:{nouns})\b"


_ORDERS = re.compile(
    "|".join((*_ENGLISH, *_FORGED, *(_foreign(verbs, nouns) for verbs, nouns in _OTHERS))), re.IGNORECASE
)
#: Letters one by one, and what they spell without their blanks.
_SPACED = re.compile(r"(?<!\w)(?:\w[ .\u00a0]{1,3}){6,}\w(?!\w)")
_SPELT = re.compile(
    r"(?:ignore|disregard|forget|override)\w{0,20}(?:instruction|prompt|rules)|systemprompt|skipreview",
    re.IGNORECASE,
)
_ENCODED = re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40,}={0,2}(?![A-Za-z0-9+/])")


#: One of these stands in whatever the patterns find. Most lines have none, and are not searched at all.
_TRIGGERS = (
    "ignor", "disregard", "forget", "override", "bypass", "instruction", "prompt", "mode", "assistant", "model", "parser",
    "api key", "confidence", "fraud", "status", "total", "amount", "iban", "value", "field", "json", "approved", "verified",
    "trusted", "safe", "review", "manual", "human", "hitl", "operator", "auditor", "llm", "<", '":', '" :', "[inst", "[/inst",
    " ai", "ai ", "system", "vergiss", "vergessen", "missachte", "übergeh", "oublie", "compte", "olvid", "omiso",
    "dimentica", "trascura", "esque", "desconsider", "negeer", "vergeet", "sla over", "pomi", "zapomnij", "игнорируй", "забудь",
    "yoksay", "unut", "dikkate", "忽略", "无视", "無視", "忘记", "忘掉", "تجاهل",
)  # fmt: skip


def speaks_to_machine(line: str) -> bool:
    """Whether a line gives orders to a program, or forges what one would answer."""
    text = unicodedata.normalize("NFKC", as_seen(line))
    if any(_SPELT.search(re.sub(r"[ .\u00a0]", "", spread)) for spread in _SPACED.findall(text)):
        return True
    lower = text.casefold()
    if any(trigger in lower for trigger in _TRIGGERS) and _ORDERS.search(text) is not None:
        return True
    return any(_is_a_sentence(run) for run in _ENCODED.findall(text))


def speak_to_machine(lines: Sequence[str]) -> bool:
    """The same of a page: orders are wrapped over lines, too, and are spelled with what nobody sees."""
    return any(speaks_to_machine(line) or misleads(line) for line in lines) or any(
        speaks_to_machine(f"{above} {below}") for above, below in pairwise(lines)
    )


def _is_a_sentence(encoded: str) -> bool:
    """Words in base64: keys, hashes and signatures have no blanks."""
    try:
        text = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True).decode()
    except (binascii.Error, ValueError):
        return False
    return text.isprintable() and text.count(" ") >= len(text) / 15
