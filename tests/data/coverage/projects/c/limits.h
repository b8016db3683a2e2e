inline int capped(int n) {
    if (n > 10)
        return 10;
    return n;
}
