package org.example.tariffs;

public class Main {
    public static void main(String[] arguments) {
        Runnable said = () -> System.out.println(new Tariff(false).cents(10));
        said.run();
    }
}
