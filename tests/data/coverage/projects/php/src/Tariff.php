<?php
namespace Tariffs;

final class Tariff
{
    private int $free = 3;

    public function __construct(private bool $member = false) { $this->free += $member ? 1 : 0; }

    public function cents(int $days): int
    {
        if ($days < 0) {
            throw new \RangeException('days');
        }
        $paid = max(0, $days - $this->free);
        return $this->member
            ? $paid
            : 2 * $paid;
    }

    public function unused(): int { return 0; }
}

function helper(): int
{
    return 1;
}
