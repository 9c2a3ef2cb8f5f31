package io.icegate.alerting.deliver;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Signs webhooks as Standard Webhooks says: {@code v1,} and the base64 of HMAC-SHA256 over {@code id.timestamp.body}, once for each secret, with spaces
 * between. While a secret is replaced there are two, so that a receiver may know either. Neither messages nor {@link #toString} hold anything of a secret.
 */
public final class WebhookSignature
{
    /**
     * Secrets of one channel, in all of its files: the one in use, the next, and room for an accident.
     */
    public static final int SECRETS_MAX = 4;

    private static final String PREFIX = "whsec_";
    // bounds of the specification, in bytes
    private static final int SECRET_LENGTH_MIN = 24;
    private static final int SECRET_LENGTH_MAX = 64;
    private static final String ALGORITHM = "HmacSHA256";
    private static final Pattern LINES = Pattern.compile("\r?\n");

    private final List<SecretKeySpec> keys;

    private WebhookSignature(List<SecretKeySpec> keys)
    {
        this.keys = List.copyOf(keys);
    }

    /**
     * Reads secrets {@code whsec_<base64>}, one a line. Empty lines and those that begin with {@code #} do not count.
     *
     * @param files their contents
     * @throws IllegalArgumentException that names file and line by their numbers and repeats nothing of them
     */
    public static WebhookSignature parse(List<byte[]> files)
    {
        List<SecretKeySpec> keys = new ArrayList<>();
        for (int file = 0; file < files.size(); file++) {
            String[] lines = LINES.split(new String(files.get(file), UTF_8), -1);
            for (int line = 0; line < lines.length; line++) {
                String text = lines[line].strip();
                if (!text.isEmpty() && !text.startsWith("#")) {
                    keys.add(key(text, "file %s, line %s".formatted(file + 1, line + 1)));
                }
            }
        }
        if (keys.isEmpty() || keys.size() > SECRETS_MAX) {
            throw new IllegalArgumentException("there are %s secrets, but there must be 1 to %s".formatted(keys.size(), SECRETS_MAX));
        }
        return new WebhookSignature(keys);
    }

    private static SecretKeySpec key(String text, String place)
    {
        if (!text.startsWith(PREFIX)) {
            throw new IllegalArgumentException("%s: a secret begins with %s".formatted(place, PREFIX));
        }
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(text.substring(PREFIX.length()));
        }
        catch (IllegalArgumentException _) {
            // the cause would tell a character of the secret
            throw new IllegalArgumentException("%s: a secret is %s and base64".formatted(place, PREFIX));
        }
        if (bytes.length < SECRET_LENGTH_MIN || bytes.length > SECRET_LENGTH_MAX) {
            throw new IllegalArgumentException("%s: a secret has %s to %s bytes, and not %s".formatted(place, SECRET_LENGTH_MIN, SECRET_LENGTH_MAX, bytes.length));
        }
        return new SecretKeySpec(bytes, ALGORITHM);
    }

    /**
     * Returns the value of the header {@code webhook-signature}.
     *
     * @param id as the header {@code webhook-id} has it
     * @param timestamp whose seconds the header {@code webhook-timestamp} has
     */
    public String sign(String id, Instant timestamp, byte[] body)
    {
        byte[] front = "%s.%s.".formatted(id, timestamp.getEpochSecond()).getBytes(UTF_8);
        return keys.stream()
                .map(key -> "v1," + Base64.getEncoder().encodeToString(hmac(key, front, body)))
                .collect(Collectors.joining(" "));
    }

    private static byte[] hmac(SecretKeySpec key, byte[] front, byte[] body)
    {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update(front);
            return mac.doFinal(body);
        }
        catch (GeneralSecurityException e) {
            throw new IllegalStateException("Cannot sign: this Java has no %s".formatted(ALGORITHM), e);
        }
    }

    @Override
    public String toString()
    {
        return "%s secrets".formatted(keys.size());
    }
}
