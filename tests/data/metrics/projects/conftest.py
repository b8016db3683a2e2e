"""Nothing of the machine stands in the file."""


def pytest_benchmark_update_machine_info(machine_info: dict[str, object]) -> None:
    machine_info.clear()
