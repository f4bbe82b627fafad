package dev.cairn.benchmarks.compare;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Order statistics over the rounds of a measurement. */
final class Stats {
    private Stats() {
    }

    /** The median of the values; the mean of the middle two where their number is even. */
    static double median(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** The median of one property of the samples. */
    static <T> double median(List<T> samples, ToDoubleFunction<T> property) {
        return median(samples.stream().mapToDouble(property).toArray());
    }

    /** The quotients of one property of two servers, round by round. */
    static <T> double[] ratios(List<T> numerators, List<T> denominators, ToDoubleFunction<T> property) {
        double[] ratios = new double[numerators.size()];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = property.applyAsDouble(numerators.get(i)) / property.applyAsDouble(denominators.get(i));
        }
        return ratios;
    }
}
