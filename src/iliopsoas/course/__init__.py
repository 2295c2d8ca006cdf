"""What the course teaches beyond the plates: claims and their verdicts, and questions (cases join them)."""

from iliopsoas.course.claims import Claim, UnknownClaim, claim, claims
from iliopsoas.course.questions import Question, UnknownQuestion, question, questions

__all__ = [
    "Claim",
    "Question",
    "UnknownClaim",
    "UnknownQuestion",
    "claim",
    "claims",
    "question",
    "questions",
]
