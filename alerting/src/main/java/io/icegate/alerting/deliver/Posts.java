package io.icegate.alerting.deliver;

import java.io.IOException;
import java.net.URI;
import java.util.Map;

/**
 * Posts a body and waits for the answer.
 */
@FunctionalInterface
interface Posts
{
    /**
     * @param headers beside those of the transport
     * @throws IOException when there is no answer; then it is unknown whether the body arrived
     */
    Answer post(URI uri, Map<String, String> headers, byte[] body)
            throws IOException;
}
