#include <string>
int rate(const std::string &kind, int days);

int main() {
    int sum = 0;
    for (int days = 1; days < 12; days += 5)
        sum += rate("usual", days);
    return sum == 7 ? 0 : 1;
}
