package org.example.tariffs;

public final class Tariff {
    private final boolean member;

    public Tariff(boolean member) {
        this.member = member;
    }

    public int cents(int days) {
        if (days < 0) {
            throw new IllegalArgumentException("days");
        }
        int paid = days > 3 ? days - 3 : 0; int rate = member ? 1 : 2;
        switch (rate) {
            case 1:
                return paid;
            default:
                return paid * rate;
        }
    }

    public int unused() {
        return 0;
    }
}
