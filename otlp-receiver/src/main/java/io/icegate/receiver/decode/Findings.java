package io.icegate.receiver.decode;

import io.icegate.receiver.signal.Acknowledgement;
import org.jspecify.annotations.Nullable;

import java.util.EnumMap;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.Supplier;

import static java.util.Objects.requireNonNull;

/**
 * What the client of a request has to be told. Of each kind the first case is named and the others are counted, so that the
 * answer stays short. For one request, by one thread.
 */
final class Findings
{
    private final Map<Kind, Case> cases = new EnumMap<>(Kind.class);
    private @Nullable String unknownKeys;

    /**
     * What can be odd about a record. The texts take how many there are, and where and what the first one is.
     */
    enum Kind
    {
        REJECTED("%s not stored, first %s"),
        TIME("%s with a time too far off, first %s; another time is the timestamp, the sent one is kept beside it"),
        TEXT("%s with text that is not UTF-8, first %s; stored with U+FFFD, what was sent is kept in otlp_residual"),
        SHORTENED("%s with more than the columns take, first %s; the columns hold less, what was sent is kept in otlp_residual");

        private final String text;

        Kind(String text)
        {
            this.text = text;
        }
    }

    private static final class Case
    {
        private final String first;
        private long count;

        private Case(String first)
        {
            this.first = first;
        }
    }

    /**
     * Notes a case of some records.
     *
     * @param first where it is, and more about it
     */
    void add(Kind kind, long records, Supplier<String> first)
    {
        Case known = cases.get(kind);
        if (known == null) {
            known = new Case(first.get());
            cases.put(kind, known);
        }
        known.count += records;
    }

    void unknownKeys(String text)
    {
        unknownKeys = requireNonNull(text, "text is null");
    }

    long rejectedRecords()
    {
        Case rejected = cases.get(Kind.REJECTED);
        return rejected == null ? 0 : rejected.count;
    }

    /**
     * Where and why the first record was rejected.
     */
    String firstRejection()
    {
        return requireNonNull(cases.get(Kind.REJECTED), "no record is rejected").first;
    }

    Acknowledgement acknowledgement()
    {
        if (cases.isEmpty() && unknownKeys == null) {
            return Acknowledgement.FULL;
        }
        StringJoiner message = new StringJoiner(". ");
        cases.forEach((kind, found) -> message.add(kind.text.formatted(found.count == 1 ? "1 record" : found.count + " records", found.first)));
        if (unknownKeys != null) {
            message.add(unknownKeys);
        }
        return new Acknowledgement(rejectedRecords(), message.toString());
    }
}
