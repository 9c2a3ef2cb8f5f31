package io.icegate.receiver.otlp;

import io.icegate.receiver.signal.Refusal;
import io.icegate.receiver.signal.RefusedException;
import org.jspecify.annotations.Nullable;

import java.util.Optional;
import java.util.regex.Pattern;

import static java.util.Objects.requireNonNull;

/**
 * Which tenant a request belongs to: told by a header, never by the payload. An invalid value is an error, never the
 * default tenant.
 */
public final class TenantHeader
{
    /**
     * Pattern of a valid tenant.
     */
    public static final String PATTERN = "[A-Za-z0-9_.@-]{1,128}";

    private static final Pattern VALID = Pattern.compile(PATTERN);

    private final String name;
    private final Optional<String> defaultTenant;

    public TenantHeader(String name, Optional<String> defaultTenant)
    {
        this.name = requireNonNull(name, "name is null");
        this.defaultTenant = requireNonNull(defaultTenant, "defaultTenant is null");
    }

    public String name()
    {
        return name;
    }

    /**
     * @param value of the header; null when it was not sent
     * @throws RefusedException when there is no tenant, or the value is invalid
     */
    public String tenant(@Nullable String value)
    {
        if (value == null) {
            return defaultTenant.orElseThrow(() -> new RefusedException(
                    Refusal.MALFORMED,
                    "Cannot accept request: header %s is missing and there is no default; send it, or set icegate.tenant.default".formatted(name)));
        }
        if (!VALID.matcher(value).matches()) {
            throw new RefusedException(
                    Refusal.MALFORMED,
                    "Cannot accept request: header %s is '%s', which is no valid tenant; it must match %s".formatted(name, value, PATTERN));
        }
        return value;
    }
}
