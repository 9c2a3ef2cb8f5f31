package io.icegate.objectstore.s3;

import java.nio.charset.StandardCharsets;
import java.util.Map;

import static java.util.Objects.requireNonNull;

/**
 * What is sent back.
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
record S3Answer(int status, Map<String, String> headers, byte[] body)
{
    S3Answer
    {
        headers = Map.copyOf(headers);
        requireNonNull(body, "body is null");
    }

    static S3Answer empty(int status, Map<String, String> headers)
    {
        return new S3Answer(status, headers, new byte[0]);
    }

    static S3Answer xml(int status, String text)
    {
        return new S3Answer(status, Map.of("Content-Type", "application/xml"), ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + text).getBytes(StandardCharsets.UTF_8));
    }

    static String escape(String text)
    {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
}
