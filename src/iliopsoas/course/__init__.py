"""What the course teaches beyond the plates: claims and their verdicts, questions, and cases."""

from iliopsoas.course.cases import Case, UnknownCase, case, cases
from iliopsoas.course.claims import Claim, UnknownClaim, claim, claims
from iliopsoas.course.questions import Question, UnknownQuestion, question, questions

__all__ = [
    "Case",
    "Claim",
    "Question",
    "UnknownCase",
    "UnknownClaim",
    "UnknownQuestion",
    "case",
    "cases",
    "claim",
    "claims",
    "question",
    "questions",
]
