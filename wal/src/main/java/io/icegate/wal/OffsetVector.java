package io.icegate.wal;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

import static java.util.Objects.requireNonNull;

/**
 * How far a table's WAL is committed: writer → first sequence that is not. Only grows, and only in the table change that
 * adds the files. The canonical text, sorted by writer, is {@code <writer>=1841,<writer>=77!}; {@code !} marks a closed
 * writer (sealed there, everything below committed). A writer that is absent starts at 0.
 */
public record OffsetVector(Map<WriterId, Offset> offsets)
{
    /**
     * Key of the table property and of the snapshot summary.
     */
    public static final String PROPERTY = "icegate.wal.offsets";
    /**
     * Key of the snapshot summary that holds the {@link #digest} of the vector which a commit was built from.
     */
    public static final String BASE_SUMMARY = "icegate.wal.base";
    public static final OffsetVector EMPTY = new OffsetVector(Map.of());

    /**
     * @param next first sequence that is not committed; of a closed writer the sequence of its seal
     */
    public record Offset(Sequence next, boolean closed)
    {
        public Offset
        {
            requireNonNull(next, "next is null");
        }
    }

    public OffsetVector
    {
        offsets = Collections.unmodifiableMap(new TreeMap<>(offsets));
    }

    /**
     * @throws IllegalArgumentException when the text is not canonical
     */
    public static OffsetVector parse(String text)
    {
        TreeMap<WriterId, Offset> offsets = new TreeMap<>();
        if (!text.isEmpty()) {
            for (String entry : text.split(",", -1)) {
                int equals = entry.indexOf('=');
                if (equals < 0) {
                    throw notCanonical(text);
                }
                String number = entry.substring(equals + 1);
                boolean closed = number.endsWith("!");
                try {
                    Sequence next = new Sequence(Long.parseLong(closed ? number.substring(0, number.length() - 1) : number));
                    offsets.put(WriterId.parse(entry.substring(0, equals)), new Offset(next, closed));
                }
                catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException("Cannot read offset vector '%s': bad entry '%s'".formatted(text, entry), e);
                }
            }
        }
        OffsetVector vector = new OffsetVector(offsets);
        if (!vector.text().equals(text)) {
            throw notCanonical(text);
        }
        return vector;
    }

    /**
     * The vector in a table's properties; empty when the property is absent, which no WAL table ever is.
     */
    public static Optional<OffsetVector> fromProperties(Map<String, String> properties)
    {
        return Optional.ofNullable(properties.get(PROPERTY)).map(OffsetVector::parse);
    }

    public Sequence next(WriterId writer)
    {
        Offset offset = offsets.get(writer);
        return offset == null ? Sequence.FIRST : offset.next();
    }

    public boolean isClosed(WriterId writer)
    {
        Offset offset = offsets.get(writer);
        return offset != null && offset.closed();
    }

    public String text()
    {
        return offsets.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue().next().value() + (entry.getValue().closed() ? "!" : ""))
                .collect(Collectors.joining(","));
    }

    /**
     * SHA-256 of the canonical text, 64 hex digits.
     */
    public String digest()
    {
        return Digests.sha256(text());
    }

    private static IllegalArgumentException notCanonical(String text)
    {
        return new IllegalArgumentException("Cannot read offset vector '%s': it is not in canonical form".formatted(text));
    }

    @Override
    public String toString()
    {
        return text();
    }
}
