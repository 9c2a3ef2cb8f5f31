package io.icegate.alerting.state;

import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/**
 * How much state a group may have. A rule that would exceed a limit fails at that tick, and its state stays as it is.
 */
public final class StateLimits
{
    /**
     * Alerts of one rule, and rows that it may return. Resolved ones above it are forgotten, oldest first.
     */
    public static final int INSTANCES_MAX = 1000;
    /**
     * All alerts of a group, as {@link #bytes} counts them, without {@link Fold#RULE_FAILING}. A record holds the state at most four times (its state, the settled
     * one, alerts of transitions from before and after), and stays below {@link EvaluationRecordParser#BYTES_MAX} with that.
     */
    public static final int STATE_BYTES_MAX = 768 << 10;
    public static final int LABELS_MAX = 32;
    public static final int LABEL_LENGTH_MAX = 1024;
    public static final int ANNOTATION_LENGTH_MAX = 4096;

    /**
     * Bytes of the JSON of an alert beside its texts.
     */
    private static final int INSTANCE_BYTES = 320;
    /**
     * Bytes of the JSON of a name and its value beside both.
     */
    private static final int TEXT_BYTES = 6;

    private StateLimits() {}

    /**
     * Returns what is wrong with the rows of a rule.
     */
    static Optional<String> problem(Collection<ResultRow> rows)
    {
        if (rows.size() > INSTANCES_MAX) {
            return Optional.of("returns %s rows, more than %s".formatted(rows.size(), INSTANCES_MAX));
        }
        Set<Labels> seen = new HashSet<>();
        for (ResultRow row : rows) {
            if (!seen.add(row.labels())) {
                return Optional.of("returns two rows with the labels %s".formatted(row.labels().values()));
            }
            if (row.labels().values().size() > LABELS_MAX) {
                return Optional.of("returns a row with %s labels, more than %s".formatted(row.labels().values().size(), LABELS_MAX));
            }
            for (Map.Entry<String, String> label : row.labels().values().entrySet()) {
                if (label.getValue().length() > LABEL_LENGTH_MAX) {
                    return Optional.of("returns a label %s of %s characters, more than %s".formatted(label.getKey(), label.getValue().length(), LABEL_LENGTH_MAX));
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Returns what is wrong with the annotations of an alert.
     */
    static Optional<String> problem(SortedMap<String, String> annotations)
    {
        return annotations.entrySet().stream()
                .filter(annotation -> annotation.getValue().length() > ANNOTATION_LENGTH_MAX)
                .map(annotation -> "has an annotation %s of %s characters, more than %s".formatted(annotation.getKey(), annotation.getValue().length(), ANNOTATION_LENGTH_MAX))
                .findFirst();
    }

    /**
     * Returns no less than the JSON of an alert takes.
     */
    static int bytes(AlertInstance alert)
    {
        return INSTANCE_BYTES + bytes(alert.rule()) + bytes(alert.labels().values()) + bytes(alert.values()) + bytes(alert.allLabels()) + bytes(alert.annotations());
    }

    private static int bytes(SortedMap<String, String> texts)
    {
        int bytes = 0;
        for (Map.Entry<String, String> text : texts.entrySet()) {
            bytes += TEXT_BYTES + bytes(text.getKey()) + bytes(text.getValue());
        }
        return bytes;
    }

    private static int bytes(String text)
    {
        int bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            if (character < ' ') {
                bytes += 6; // a control character is written as its number
            }
            else if (character < 0x80) {
                bytes += character == '"' || character == '\\' ? 2 : 1;
            }
            else {
                bytes += 3; // two for each half of a pair
            }
        }
        return bytes;
    }
}
