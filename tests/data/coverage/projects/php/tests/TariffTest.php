<?php
require_once __DIR__ . '/../src/Tariff.php';
final class TariffTest extends PHPUnit\Framework\TestCase
{
    public function testCents(): void { $this->assertSame(14, (new Tariffs\Tariff())->cents(10)); }
}
