package io.icegate.wal.read;

import io.icegate.wal.BatchRange;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * Name of the position-delete file of one segment: a digest of the segment's identity and the ranges.
 */
public final class DeleteName
{
    private DeleteName() {}

    public static String of(LiveSegment segment, List<BatchRange> ranges)
    {
        StringBuilder text = new StringBuilder().append(segment.key().objectKey()).append(' ').append(segment.footer().header().id());
        for (BatchRange range : ranges) {
            text.append(' ').append(range.firstRow()).append('+').append(range.rows());
        }
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.toString().getBytes(StandardCharsets.UTF_8)));
        }
        catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
