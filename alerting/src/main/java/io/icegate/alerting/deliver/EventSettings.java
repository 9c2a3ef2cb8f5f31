package io.icegate.alerting.deliver;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * The receiver that takes the events.
 *
 * @param endpoint with the path of logs, such as {@code http://127.0.0.1:4318/v1/logs}
 * @param tenantHeader that names the tenant of a request there
 * @param apiKeyFile with a key that may write for every tenant that has rules; empty when the receiver asks for none
 * @param certificateFile with certificates in PEM that the receiver is trusted by, read again when it changes; empty means those of Java
 */
public record EventSettings(URI endpoint, String tenantHeader, Optional<Path> apiKeyFile, Optional<Path> certificateFile)
{
    /**
     * @throws IllegalArgumentException that says what to change
     */
    public EventSettings
    {
        requireNonNull(endpoint, "endpoint is null");
        requireNonNull(tenantHeader, "tenantHeader is null");
        requireNonNull(apiKeyFile, "apiKeyFile is null");
        requireNonNull(certificateFile, "certificateFile is null");
        if (!endpoint.isAbsolute() || endpoint.getHost() == null || !(endpoint.getScheme().equals("http") || endpoint.getScheme().equals("https"))) {
            throw new IllegalArgumentException("Invalid endpoint of events '%s': must be like http://127.0.0.1:4318/v1/logs".formatted(endpoint));
        }
    }
}
