"""The closed list of reason codes, each with the sentence that documents it."""

from __future__ import annotations

from typing import Final

REASONS: Final[dict[str, str]] = {
    # checks and gates
    "limit-not-met": "The measured value is on the wrong side of its limit.",
    "warning-limit": "The value meets its limit, but not the warning limit of the check.",
    "assertion": "A plain assert in a gate did not hold.",
    "nothing-measured": "There was nothing to count: no lines, no branches, no tests.",
    "nothing-executed": "No test was executed, so nothing is known about the software.",
    "tests-lost": "Tests were collected and never reported; they prove nothing.",
    "not-measured": "Nobody measured this kind of evidence in this run.",
    "nothing-covered": "Coverage was measured, and no line of the source was run.",
    "branches-not-measured": "Coverage was measured without branches.",
    "warnings-not-recorded": "pytest recorded no warnings in this run.",
    "contexts-unavailable": "Coverage was not labelled by stage, so a stage's own coverage is unknown.",
    "coverage-incomplete": "Coverage data of a part of the run is missing.",
    "path-matches-nothing": "A path of the policy matches no measured file.",
    "source-matches-nothing": "A source of the policy's coverage gate has no measured file.",
    "run-incomplete": "The run ended early; its exit status says so.",
    "too-old": "The evidence is older than the gate's max_age.",
    "no-baseline": "There is no baseline to compare with.",
    "too-small": "There is too little to judge a share by; it counts once enough has come together.",
    "files-missing": "Source files that git or the baseline lists were not measured.",
    "no-repository": "There is no git repository, so nothing is known of what changed.",
    "base-unknown": "The branch or tag that changes are counted from is not known to git.",
    "shallow-clone": "The clone is too shallow to reach the point that changes are counted from.",
    "required-missing": "A test that has to pass is not there, or was not executed.",
    "tool-missing": "A tool that has to report has no report among the evidence.",
    "producer-failed": "The tool that made the evidence failed, so it may have left things out.",
    "metric-missing": "No evidence holds a metric of that name.",
    "waived": "The gate falls short, and a waiver covers it for now.",
    "not-finite": "The metric is NaN, infinite or beyond every bound, so that it compares with no limit.",
    "not-declared": "The policy declares no limit; the figures are only shown.",
    "missing-skipped": "Evidence is missing, and the policy says to skip the gate then.",
    "gate-raised": "The gate's own code raised an exception.",
    "no-check": "The gate yielded no check and asserted nothing.",
    "inspected-nothing": "The gate reached its end without reading any evidence.",
    "not-a-number": "The gate returned a value that is not a finite number.",
    "asserts-off": "Python runs with -O, so assert statements of gates are not trusted.",
    "bad-check": "The gate answered with something that is not a check.",
    "unreadable": "The evidence is there and can't be read.",
    # the run
    "nothing-judged": "No gate that can block or warn came to a verdict.",
    "no-end-record": "The process ended without closing its record: it was killed, or it is still running.",
    "stopped-early": "pytest stopped before every collected test had run.",
    "interrupted": "The run was interrupted.",
    "internal-error": "pytest ended with an internal error.",
    "collection-error": "A test module could not be collected.",
    "worker-lost": "A worker process of the run went down.",
    "removed-silently": "Tests were taken out of the session without being reported as deselected.",
    "not-run": "Collected tests were never run.",
    "nothing-collected": "No test was collected.",
    "record-truncated": "The record ends in the middle of a line.",
    "lines-missing": "The record has fewer lines than its end says.",
    "missing": "An evidence file that was asked for, or that a run was given, is not there.",
    "cell-missing": "The policy expects evidence of this stage, environment and shard, and no test of it was executed.",
    "duplicate": "Two evidence files are of the same shard and environment, or have the same bytes.",
    "other-commit": "The evidence is of another commit than the one that is decided.",
    "never-run": "Every shard left these tests out; two jobs may have run the same part, or one is missing.",
    "stage-not-run": "The run was for another stage, and left out tests that this stage is decided by.",
    "other-environment": "The evidence was made against another environment than the one that is decided.",
    "other-project": "The record, or the baseline, is of another project.",
    "other-policy": (
        "The record was made under other stages, environments, tag rules or expected cells, or a file with another "
        "command."
    ),
    "changed": "The file's bytes are others than when a run or an attachment recorded it.",
    "older-than-run": "The run should have written this file, and the file is older than the run.",
    "from-the-future": "The evidence was made after the instant of the decision: a clock is wrong.",
    "usage-error": "pytest stopped with a usage error.",
    # provisional; with commit = "required" the second one makes the evidence stale
    "dirty-tree": "The work tree has changes that are in no commit.",
    "tree-unknown": "There is a repository, and git could not say whether its work tree has changes.",
    "commit-not-stated": "An evidence file does not say which commit it is about.",
    "commit-unknown": "The commit is unknown: no repository, and no variable names it.",
    "narrowed": "The run was narrowed by hand on the command line or in PYTEST_ADDOPTS.",
}
"""Reason code to sentence. ``pytest-exit-N`` stands beside these, with N the exit status."""

_WHOLE_RUN = "Run the whole suite again and let it come to its end; the record names what was lost."
_MEND_GATE = "Mend the gate: its place stands in the text. A gate that can't judge must not pass."

REMEDIES: Final[dict[str, str]] = {
    "nothing-executed": "Run at least one test: look at why each was skipped or left out.",
    "nothing-collected": "Check the paths and the configuration: pytest found no test.",
    "pytest-exit-5": "Check the paths, the configuration and the choice of stage: no test was left to run.",
    "tests-lost": _WHOLE_RUN,
    "run-incomplete": _WHOLE_RUN,
    "not-measured": (
        "See to it that this is measured: give the coverage gate a source or run with pytest-cov; "
        "hand over what other tools report."
    ),
    "nothing-covered": "Look at coverage's source: no test runs any of it.",
    "branches-not-measured": "Set branch = true in coverage's configuration.",
    "warnings-not-recorded": "Run without -p no:warnings, or take the limit out of the policy.",
    "contexts-unavailable": "Let the plugin measure coverage, or take away what labels it already.",
    "coverage-incomplete": (
        "Run again, or hand over what is missing: every process and shard has to deliver its coverage."
    ),
    "path-matches-nothing": "Correct the path in the policy.",
    "source-matches-nothing": "Correct the source in the policy, or take out what does not exist.",
    "unreadable": "Look at the text for what could not be read, and run again.",
    "too-old": "Make the evidence again, or raise the gate's max_age.",
    "missing": "Let the job that makes it run and hand it over, or name the file where it lies now.",
    "cell-missing": "Run that shard and hand its record to stagegate check, or take the cell out of the policy.",
    "duplicate": "Hand over one record for each shard and environment; give shards different names.",
    "other-commit": "Make the evidence again at the commit that is decided.",
    "other-policy": "Record again under the present policy; limits alone may differ.",
    "never-run": "See that each job runs a part of its own, and that all parts are handed over.",
    "stage-not-run": "Run the tests of the stage that is decided: pytest --stage-gate-at=STAGE.",
    "other-environment": "Run against the environment that is decided, or decide for the one that was run against.",
    "other-project": "Hand over the records of this project, and compare with a baseline of it.",
    "changed": "Make the evidence again, or attach to the file as it is now.",
    "older-than-run": "See why the run did not write it: it may have ended early.",
    "from-the-future": "Set the clocks, or decide as of a later instant.",
    "commit-not-stated": "State it: stagegate attach FILE.",
    "no-baseline": "Take one from a good run: stagegate baseline update.",
    "files-missing": "Measure them, or leave them out in coverage's configuration (omit).",
    "no-repository": "Run inside the repository, with git installed.",
    "base-unknown": "Name it in the policy (base, release_tag), and see that the checkout has it.",
    "shallow-clone": "Fetch the whole history: git fetch --unshallow, or fetch-depth: 0.",
    "required-missing": "Run the required tests, or take them out of the policy.",
    "tool-missing": "Run the tool and hand its report over.",
    "producer-failed": "Look at the tool's own message, mend it and run again.",
    "metric-missing": "Hand over the file that holds it; stagegate inspect shows its names.",
    "not-finite": "See why the tool could not measure it, and measure again.",
    "gate-raised": _MEND_GATE,
    "no-check": _MEND_GATE,
    "inspected-nothing": _MEND_GATE,
    "not-a-number": _MEND_GATE,
    "bad-check": _MEND_GATE,
    "asserts-off": "Run Python without -O, or let the gate yield checks.",
}
"""What to do where a gate could not judge; in all other cases the gate's own remedy stands."""
