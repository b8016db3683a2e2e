<?php
class Idle { public function never(): int { return 0; } }
