package io.icegate.benchmarks;

import io.icegate.standalone.console.CommandException;

import static java.util.Objects.requireNonNull;

/**
 * The metrics of a receiver at one time.
 */
record PrometheusPage(String text)
{
    PrometheusPage
    {
        requireNonNull(text, "text is null");
    }

    /**
     * The sum of a metric over all its labels.
     */
    double sum(String name)
    {
        double[] values = text.lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .toArray();
        if (values.length == 0) {
            throw new CommandException("Cannot measure: the receiver does not tell " + name);
        }
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }
}
