package io.icegate.objectstore.s3;

import io.icegate.objectstore.ObjectKey;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

import static io.icegate.objectstore.s3.S3Answer.escape;

/**
 * ListObjects in both versions: keys in the order of their bytes, delimiters rolled up into common prefixes.
 */
final class S3Listing
{
    private static final int KEYS_MAX = 1000;
    /**
     * Above everything that continues a prefix.
     */
    private static final String HIGHEST = new String(Character.toChars(Character.MAX_CODE_POINT));

    private final S3Call call;
    private final NavigableMap<String, S3Content> objects;
    private final boolean isSecondVersion;
    private final String prefix;
    private final String delimiter;
    private final int countMax;
    private final Map<String, S3Content> contents = new TreeMap<>(ObjectKey::compareValues);
    private final Map<String, Boolean> commonPrefixes = new TreeMap<>(ObjectKey::compareValues);
    private String last = "";
    private boolean truncated;

    S3Listing(S3Call call, NavigableMap<String, S3Content> objects)
    {
        this.call = call;
        this.objects = objects;
        this.isSecondVersion = "2".equals(call.query().get("list-type"));
        this.prefix = call.parameter("prefix").orElse("");
        this.delimiter = call.parameter("delimiter").orElse("");
        this.countMax = Math.min(KEYS_MAX, call.parameter("max-keys").map(Integer::parseInt).orElse(KEYS_MAX));
    }

    S3Answer answer()
    {
        collect(start());
        return S3Answer.xml(200, text());
    }

    private String start()
    {
        if (!isSecondVersion) {
            return call.parameter("marker").orElse("");
        }
        return call.parameter("continuation-token")
                .map(token -> new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8))
                .orElseGet(() -> call.parameter("start-after").orElse(""));
    }

    private void collect(String startAfter)
    {
        boolean afterCommonPrefix = !delimiter.isEmpty() && startAfter.endsWith(delimiter) && startAfter.length() > prefix.length();
        String from = afterCommonPrefix ? startAfter + HIGHEST : startAfter;
        boolean inPrefix = ObjectKey.compareValues(from, prefix) < 0;
        NavigableMap<String, S3Content> rest = inPrefix ? objects.tailMap(prefix, true) : objects.tailMap(from, false);
        while (true) {
            Map.Entry<String, S3Content> entry = rest.firstEntry();
            if (entry == null || !entry.getKey().startsWith(prefix)) {
                return;
            }
            if (contents.size() + commonPrefixes.size() == countMax) {
                truncated = countMax > 0;
                return;
            }
            String key = entry.getKey();
            int end = delimiter.isEmpty() ? -1 : key.indexOf(delimiter, prefix.length());
            if (end < 0) {
                contents.put(key, entry.getValue());
                last = key;
                rest = objects.tailMap(key, false);
            }
            else {
                last = key.substring(0, end + delimiter.length());
                commonPrefixes.put(last, true);
                rest = objects.tailMap(last + HIGHEST, false);
            }
        }
    }

    private String text()
    {
        StringBuilder text = new StringBuilder("<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
        element(text, "Name", call.bucket());
        element(text, "Prefix", encoded(prefix));
        if (!delimiter.isEmpty()) {
            element(text, "Delimiter", encoded(delimiter));
        }
        element(text, "MaxKeys", Integer.toString(countMax));
        call.parameter("encoding-type").ifPresent(type -> element(text, "EncodingType", type));
        element(text, "IsTruncated", Boolean.toString(truncated));
        if (isSecondVersion) {
            element(text, "KeyCount", Integer.toString(contents.size() + commonPrefixes.size()));
            call.parameter("start-after").ifPresent(after -> element(text, "StartAfter", encoded(after)));
            call.parameter("continuation-token").ifPresent(token -> element(text, "ContinuationToken", token));
            if (truncated) {
                element(text, "NextContinuationToken", Base64.getUrlEncoder().encodeToString(last.getBytes(StandardCharsets.UTF_8)));
            }
        }
        else {
            element(text, "Marker", encoded(call.parameter("marker").orElse("")));
            if (truncated) {
                element(text, "NextMarker", encoded(last));
            }
        }
        contents.forEach((key, content) -> {
            text.append("<Contents>");
            element(text, "Key", encoded(key));
            element(text, "LastModified", content.lastModified().truncatedTo(ChronoUnit.MILLIS).toString());
            element(text, "ETag", content.etag());
            element(text, "Size", Integer.toString(content.size()));
            element(text, "StorageClass", "STANDARD");
            text.append("</Contents>");
        });
        for (String commonPrefix : commonPrefixes.keySet()) {
            text.append("<CommonPrefixes>");
            element(text, "Prefix", encoded(commonPrefix));
            text.append("</CommonPrefixes>");
        }
        return text.append("</ListBucketResult>").toString();
    }

    private String encoded(String text)
    {
        boolean encode = "url".equals(call.query().get("encoding-type"));
        return encode ? URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20").replace("%2F", "/") : text;
    }

    private static void element(StringBuilder text, String name, String value)
    {
        text.append('<').append(name).append('>').append(escape(value)).append("</").append(name).append('>');
    }
}
