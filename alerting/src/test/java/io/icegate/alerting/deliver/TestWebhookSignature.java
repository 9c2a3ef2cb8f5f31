package io.icegate.alerting.deliver;

import com.standardwebhooks.Webhook;
import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestWebhookSignature
{
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final String NEXT_SECRET = "whsec_" + Base64.getEncoder().encodeToString("another secret, of more than 24 bytes".getBytes(UTF_8));

    /**
     * The values with which the libraries of Standard Webhooks test themselves.
     */
    @Test
    void testPublishedExample()
    {
        assertThat(signature(SECRET).sign("msg_p5jXN8AQM9LWM0D4loKWxJek", Instant.ofEpochSecond(1_614_265_330), "{\"test\": 2432232314}".getBytes(UTF_8)))
                .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @Test
    void testForeignLibraryVerifies()
            throws Exception
    {
        String body = "{\"text\":\"Käse\"}";
        Instant now = Instant.now();
        Map<String, List<String>> headers = Map.of(
                "webhook-id", List.of("msg_1"),
                "webhook-timestamp", List.of(Long.toString(now.getEpochSecond())),
                "webhook-signature", List.of(signature("# two of them\n" + SECRET + "\n", NEXT_SECRET + "\r\n").sign("msg_1", now, body.getBytes(UTF_8))));
        new Webhook(SECRET).verify(body, headers);
        new Webhook(NEXT_SECRET).verify(body, headers);
        assertThatThrownBy(() -> new Webhook(SECRET).verify(body + " ", headers)).hasMessageContaining("signature");
        assertThatThrownBy(() -> new Webhook("whsec_" + Base64.getEncoder().encodeToString(new byte[24])).verify(body, headers)).hasMessageContaining("signature");
    }

    @Test
    void testMessagesHoldNoSecret()
    {
        assertThat(signature(SECRET)).hasToString("1 secrets");
        assertThatThrownBy(() -> signature("\nwhsec_MfKQ!r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
                .hasMessage("file 1, line 2: a secret is whsec_ and base64")
                .hasNoCause();
        assertThatThrownBy(() -> signature(SECRET, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")).hasMessage("file 2, line 1: a secret begins with whsec_");
        assertThatThrownBy(() -> signature("whsec_MfKQ")).hasMessage("file 1, line 1: a secret has 24 to 64 bytes, and not 3");
        assertThatThrownBy(() -> signature("# none\n")).hasMessage("there are 0 secrets, but there must be 1 to 4");
    }

    private static WebhookSignature signature(String... files)
    {
        return WebhookSignature.parse(List.of(files).stream().map(file -> file.getBytes(UTF_8)).toList());
    }
}
