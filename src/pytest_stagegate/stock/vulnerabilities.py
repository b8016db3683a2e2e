"""``vulnerabilities``: is anything shipped that is known to be vulnerable, and that could have been mended by now?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from pytest_stagegate.hooks import GateOptions, gate
from pytest_stagegate.model.numbers import Count
from pytest_stagegate.model.place import Place
from pytest_stagegate.model.vulnerabilities import (
    SEVERITIES,
    UNKNOWN,
    Severity,
    Vulnerabilities,
    days_known,
    fewest_packages,
)
from pytest_stagegate.thresholds import check, no_evidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.model.verdicts import Check
    from pytest_stagegate.model.vulnerabilities import Vulnerability


class VulnerabilitiesOptions(GateOptions, frozen=True):
    """Limits of the gate ``vulnerabilities``; each takes in the severities above its own.

    Attributes:
        max_critical: How many critical ones there may be.
        max_high: How many critical and high ones there may be together.
        max_medium: How many critical, high and medium ones there may be together.
        max_low: How many of any severity there may be.
        leeway_days: For how many days after its publication one of a severity does not count yet.
        ignore_unfixable: Whether those are only shown for which the scanner says that there is no fix.
        unknown: The severity of those of which no report states one.
        max_skipped: How many packages a scanner may have been unable to look at.
        min_packages: How many packages each scan has to have looked at.
        tools: Scanners that have to report, by their names in any case.
    """

    leeway: ClassVar[tuple[str, ...]] = ("leeway_days",)

    max_critical: Count = 0
    max_high: Count = 0
    max_medium: Count | None = None
    max_low: Count | None = None
    leeway_days: dict[Severity, Count] = {}  # noqa: RUF012 - msgspec copies it for each instance
    ignore_unfixable: bool = True
    unknown: Severity = "high"
    max_skipped: Count = 0
    min_packages: Count = 1
    tools: list[str] = []  # noqa: RUF012 - likewise


@gate(
    name="vulnerabilities",
    title="Nothing is shipped that is known to be vulnerable and could be mended",
    stage="build",
    options=VulnerabilitiesOptions,
    remedy="Update the packages that 'where' lists; where one does no harm here, say so in a VEX, or waive it.",
)
def vulnerabilities(found: Vulnerabilities, place: Place, options: VulnerabilitiesOptions) -> Iterator[Check]:
    """Checks what was scanned, and the vulnerabilities that count of each severity and above."""
    missing = sorted(tool for tool in options.tools if tool.lower() not in found.tools)
    if missing:
        yield no_evidence("tools", "tool-missing", f"there is no scan of {', '.join(missing)} among the evidence")
    if not found.scans and not missing:
        yield no_evidence("scans", "not-reported", "no scan for vulnerabilities is among the evidence")
    yield from _looked_at(found, options)
    weighed = _Weighed(place, options)
    limits = (options.max_critical, options.max_high, options.max_medium, options.max_low)
    for severity, limit in zip(SEVERITIES, limits, strict=False):
        name = severity if severity == "critical" else f"{severity}-or-worse"
        yield check(name, found.where(partial(weighed.counts, severity)), at_most=limit)
    yield check("in-leeway", found.where(weighed.waits))
    yield check("unfixable", found.where(lambda each: not each.set_apart and each.fix == "none"))
    yield check("set-apart", found.where(lambda each: each.set_apart))


def _looked_at(found: Vulnerabilities, options: VulnerabilitiesOptions) -> Iterator[Check]:
    """Yield whether scans looked at anything; a clean one that does not say so has to be asked for by name."""
    named = {tool.lower() for tool in options.tools}
    for scan in found.scans:
        if scan.packages == 0:
            yield no_evidence("packages", "nothing-scanned", f"{scan.file}: {scan.tool} looked at no package")
        if scan.packages is None and scan.found_nothing and scan.tool not in named:
            text = (
                f"{scan.file}: {scan.tool} found nothing, and this format does not say whether it looked at anything; "
                f'where it does, name it: tools = ["{scan.tool}"]'
            )
            yield no_evidence("packages", "nothing-scanned", text)
    if counted := [scan for scan in found.scans if scan.packages]:
        # One that looked at nothing must not hide how little another looked at.
        yield check("packages", fewest_packages(counted), at_least=options.min_packages)
    if found.scans:
        yield check("skipped", found.skipped, at_most=options.max_skipped)


class _Weighed:
    """Which vulnerabilities count, here and now."""

    def __init__(self, place: Place, options: VulnerabilitiesOptions) -> None:
        self._place = place
        self._options = options

    def counts(self, least: Severity, each: Vulnerability) -> bool:
        """Return whether one counts against the limit of a severity."""
        heavy = SEVERITIES[: SEVERITIES.index(least) + 1]
        return self._severity(each) in heavy and self._to_be_mended(each) and not self.waits(each)

    def waits(self, each: Vulnerability) -> bool:
        """Return whether one would count, and is known for so short a time that it does not yet."""
        leeway = self._options.leeway_days.get(self._severity(each))
        days = days_known(each, self._place.day)
        return leeway is not None and days is not None and days <= leeway and self._to_be_mended(each)

    def _to_be_mended(self, each: Vulnerability) -> bool:
        # What no report says of a fix can't excuse anything.
        return not each.set_apart and not (self._options.ignore_unfixable and each.fix == "none")

    def _severity(self, each: Vulnerability) -> Severity:
        return self._options.unknown if each.severity == UNKNOWN else each.severity  # type: ignore[return-value]
