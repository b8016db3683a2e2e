#include <stdexcept>
#include <string>
#include "limits.h"

int rate(const std::string &kind, int days) {
    if (kind.empty() || days < 0)
        throw std::invalid_argument("no such rate");
    switch (days > 30 ? 2 : days > 7 ? 1 : 0) {
    case 0: return capped(1);
    case 1: return capped(5);
    default: return capped(20);
    }
}

int unused(int n) {
    return n ? rate("x", n) : 0;
}
