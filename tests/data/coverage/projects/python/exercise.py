from ledger.money import Amount
from ledger.statement import statement

if Amount(10).share(3) != [4, 3, 3]:
    raise SystemExit("shares")
if statement("ann", []) != "Ann: nothing":
    raise SystemExit("nothing")
if statement("ann", [Amount(3), Amount(4)]) != "Ann: 2 entries, 7":
    raise SystemExit("entries")
