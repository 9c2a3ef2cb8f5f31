package io.icegate.alerting.state;

import io.icegate.alerting.rule.GroupName;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

import static java.util.Objects.requireNonNull;

/**
 * Writes and reads the JSON of an {@link EvaluationRecord}. Equal records have equal bytes: names are sorted, times are ISO 8601, and a number is written as the
 * shortest text that is read as the same number.
 *
 * <p>A record is at most {@value #BYTES_MAX} bytes, and a flood of alerts never keeps it from being written. Of a larger one things are left out, in this order,
 * until it fits: the values of rows and alerts, which only annotations need, and those are made; the answers of the rules, after which no tick before this one can be
 * re-opened; the annotations of transitions; the transitions that are late. The state is never touched. {@link StateLimits} keeps it so small that this is enough.
 */
public final class EvaluationRecordParser
{
    /**
     * Number of the format that this program writes, and the greatest that it reads.
     */
    public static final int FORMAT = 1;
    public static final int BYTES_MAX = 4 << 20;

    private EvaluationRecordParser() {}

    /**
     * A record as it is stored.
     *
     * @param record with what was left out
     * @param leftOut names of what was left out
     */
    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    public record Written(EvaluationRecord record, byte[] content, List<String> leftOut)
    {
        public Written
        {
            requireNonNull(record, "record is null");
            requireNonNull(content, "content is null");
            leftOut = List.copyOf(leftOut);
        }
    }

    private record Reduction(String what, UnaryOperator<EvaluationRecord> reduce) {}

    private static final List<Reduction> REDUCTIONS = List.of(
            new Reduction("values", EvaluationRecord::withoutValues),
            new Reduction("answers", EvaluationRecord::withoutAnswers),
            new Reduction(
                    "annotations of transitions",
                    record -> record.withTransitions(record.transitions().stream().map(transition -> transition.with(transition.alert().withoutAnnotations())).toList())),
            new Reduction("late transitions", record -> record.withTransitions(record.transitions().stream().filter(transition -> !transition.late()).toList())));

    /**
     * @throws IllegalArgumentException when a record is too large although everything was left out that may be
     */
    public static Written toJson(EvaluationRecord record)
    {
        EvaluationRecord written = record;
        byte[] content = EvaluationRecordWriter.write(written);
        List<String> leftOut = new ArrayList<>();
        for (Reduction reduction : REDUCTIONS) {
            if (content.length <= BYTES_MAX) {
                break;
            }
            written = reduction.reduce().apply(written);
            leftOut.add(reduction.what());
            content = EvaluationRecordWriter.write(written);
        }
        if (content.length > BYTES_MAX) {
            throw new IllegalArgumentException("Cannot write record %s of %s: %s bytes, more than %s".formatted(record.tick(), record.group(), content.length, BYTES_MAX));
        }
        return new Written(written, content, leftOut);
    }

    /**
     * @throws EvaluationLogException NEWER_FORMAT when a newer program wrote it, CORRUPT when it is no record
     */
    public static EvaluationRecord fromJson(GroupName group, byte[] content)
    {
        return EvaluationRecordReader.read(group, content);
    }
}
