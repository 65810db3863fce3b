"""Who published a story first and who took it from whom: one rule for the link, the roles and the tree. Pure.

Pages with the same text belong together; of each such group the first publisher is the one the others took it from.
The first of all is the story's original, the page readers are sent to; the first of another group is a telling, or
an edition where it is in another language.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from storage.records import Member, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What speaks for a page being the first publisher of a story's text."""

    page_id: int
    published_at: datetime | None
    first_seen_at: datetime
    credits_agency: bool  # its signature names an agency
    is_agency: bool  # its publisher is one
    language: str | None = None


def first_publisher(claims: Sequence[Claim]) -> int:
    """The page to send readers to: an agency's own before one that credits an agency, then the earliest published.

    Raises ValueError without claims.
    """
    if not claims:
        raise ValueError("a story without pages has no first publisher")
    return min(claims, key=_rank).page_id


def arranged(members: Sequence[Member], claims: Sequence[Claim]) -> tuple[Member, ...]:
    """The members with the roles they have by the claims, in the order given; one without a claim keeps its role."""
    claim = {each.page_id: each for each in claims}
    known = [member for member in members if member.page_id in claim]
    if not known:
        return tuple(members)
    group = _groups(known)
    firsts: dict[int, Claim] = {}
    for member in known:
        mine = claim[member.page_id]
        standing = firsts.get(group[member.page_id])
        if standing is None or _rank(mine) < _rank(standing):
            firsts[group[member.page_id]] = mine
    original = min(firsts.values(), key=_rank)
    why = {member.page_id: member.why for member in known}
    return tuple(
        _placed(member, claim[member.page_id], firsts[group[member.page_id]], original, why)
        if member.page_id in group
        else member
        for member in members
    )


def _placed(member: Member, mine: Claim, first: Claim, original: Claim, why: dict[int, str]) -> Member:
    if mine is original:
        return replace(member, role=Role.ORIGINAL, taken_from=None, why="first publisher")
    if mine is first:
        role = Role.TELLING if mine.language == original.language else Role.EDITION
        said = member.why if member.role in (Role.TELLING, Role.EDITION) else why[original.page_id]
        return replace(member, role=role, taken_from=None, why=said)
    said = member.why if member.role is Role.COPY else why[first.page_id]
    return replace(member, role=Role.COPY, taken_from=first.page_id, why=said)


def _groups(members: Sequence[Member]) -> dict[int, int]:
    """Each page's group of pages with the same text, named by one of them."""
    found = {member.page_id: member.page_id for member in members}
    for member in members:
        if member.role is Role.COPY and member.taken_from in found:
            mine, theirs = found[member.page_id], found[member.taken_from]
            found = {page: theirs if name == mine else name for page, name in found.items()}
    return found


def _rank(claim: Claim) -> tuple[bool, datetime, int]:
    republished = claim.credits_agency and not claim.is_agency
    return republished, claim.published_at or claim.first_seen_at, claim.page_id
