package io.icegate.maintenance.merge;

import java.util.Arrays;
import java.util.function.IntBinaryOperator;

/**
 * A stable merge sort of row numbers that begins with the runs that are there already, which sorted inputs are.
 */
final class RowSort
{
    private static final int RUN_MIN = 16;

    private RowSort() {}

    /**
     * @param comparator of two rows, as {@link java.util.Comparator#compare}
     */
    static int[] sort(int[] rows, IntBinaryOperator comparator)
    {
        int[] ends = runs(rows, comparator);
        int[] from = rows;
        int[] to = new int[rows.length];
        int runs = ends.length;
        while (runs > 1) {
            int merged = 0;
            int start = 0;
            for (int run = 0; run < runs; run += 2) {
                int middle = ends[run];
                int end = run + 1 < runs ? ends[run + 1] : middle;
                merge(from, to, start, middle, end, comparator);
                ends[merged++] = end;
                start = end;
            }
            runs = merged;
            int[] swap = from;
            from = to;
            to = swap;
        }
        return from;
    }

    /**
     * Where runs end. Short ones are made longer by insertion.
     */
    private static int[] runs(int[] rows, IntBinaryOperator comparator)
    {
        int[] ends = new int[Math.max(16, rows.length / RUN_MIN + 1)];
        int count = 0;
        int start = 0;
        while (start < rows.length) {
            int end = start + 1;
            while (end < rows.length && comparator.applyAsInt(rows[end - 1], rows[end]) <= 0) {
                end++;
            }
            int wanted = Math.min(rows.length, start + RUN_MIN);
            while (end < wanted) {
                insert(rows, start, end++, comparator);
            }
            ends[count++] = end;
            start = end;
        }
        return Arrays.copyOf(ends, count);
    }

    private static void insert(int[] rows, int start, int at, IntBinaryOperator comparator)
    {
        int row = rows[at];
        int to = at;
        while (to > start && comparator.applyAsInt(rows[to - 1], row) > 0) {
            rows[to] = rows[to - 1];
            to--;
        }
        rows[to] = row;
    }

    private static void merge(int[] from, int[] to, int start, int middle, int end, IntBinaryOperator comparator)
    {
        int left = start;
        int right = middle;
        int at = start;
        while (left < middle && right < end) {
            to[at++] = comparator.applyAsInt(from[left], from[right]) <= 0 ? from[left++] : from[right++];
        }
        System.arraycopy(from, left, to, at, middle - left);
        at += middle - left;
        System.arraycopy(from, right, to, at, end - right);
    }
}
