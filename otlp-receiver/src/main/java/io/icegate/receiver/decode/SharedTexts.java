package io.icegate.receiver.decode;

import io.icegate.schema.Attributes;
import io.icegate.schema.EntityRef;
import io.icegate.schema.MetricValues;
import io.icegate.schema.ResourceValues;
import io.icegate.schema.ScopeValues;
import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * Tells what texts take that each row repeats. A file stores them once per page when they are too many for its dictionary, so
 * a small request with a large resource and very many records would become a huge file.
 */
final class SharedTexts
{
    /**
     * Bytes of values on one page before compression.
     */
    private static final long PAGE_BYTES = 1024 * 1024;

    /**
     * Smaller texts are compressed like texts of this size.
     */
    private static final long COMPRESSED_TEXT_BYTES = 64 * 1024;

    private SharedTexts() {}

    /**
     * Bytes in a file, after compression and about.
     */
    static long stored(long textBytes, int rows)
    {
        long pageShare = Math.min(PAGE_BYTES, Math.max(COMPRESSED_TEXT_BYTES, textBytes));
        return textBytes * pageShare / PAGE_BYTES * rows;
    }

    static long bytes(ResourceValues resource)
    {
        long bytes = bytes(resource.attributes()) + bytes(resource.schemaUrl());
        for (EntityRef ref : resource.entityRefs()) {
            bytes += bytes(ref.schemaUrl()) + bytes(ref.type()) + bytes(ref.idKeys()) + bytes(ref.descriptionKeys());
        }
        return bytes;
    }

    static long bytes(ScopeValues scope)
    {
        return bytes(scope.attributes()) + bytes(scope.name()) + bytes(scope.version()) + bytes(scope.schemaUrl());
    }

    static long bytes(MetricValues metric)
    {
        return bytes(metric.metadata()) + bytes(metric.name()) + bytes(metric.description()) + bytes(metric.unit());
    }

    private static long bytes(Attributes attributes)
    {
        long bytes = 0;
        for (int i = 0; i < attributes.size(); i++) {
            bytes += bytes(attributes.keys().key(i)) + bytes(attributes.text(i));
        }
        return bytes;
    }

    private static long bytes(List<String> texts)
    {
        return texts.stream().mapToLong(SharedTexts::bytes).sum();
    }

    /**
     * Bytes of a text in UTF-8, in which a character of two surrogates takes four.
     */
    private static long bytes(@Nullable String text)
    {
        if (text == null) {
            return 0;
        }
        long bytes = text.length();
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            bytes += character < 0x80 ? 0 : character < 0x800 || Character.isSurrogate(character) ? 1 : 2;
        }
        return bytes;
    }
}
