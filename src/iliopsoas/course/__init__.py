"""What the course teaches beyond the plates: claims and their verdicts (questions and cases join them)."""

from iliopsoas.course.claims import Claim, UnknownClaim, claim, claims

__all__ = ["Claim", "UnknownClaim", "claim", "claims"]
