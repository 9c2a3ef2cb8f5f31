package io.icegate.objectstore.azure;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static java.util.Objects.requireNonNull;

/**
 * How to reach Azure Blob Storage. Names are Iceberg's where Iceberg has one; what is absent comes from the environment as
 * Azure's tools read it. Properties of other things are ignored: Iceberg hands all properties of a catalog to everyone.
 *
 * @param endpoint of the blob service of the account
 * @param accountKey absent, with the token: Azure's library finds the default credentials
 * @param sasToken a shared access signature, without the question mark
 * @param putTimeout of the one attempt of a conditional write
 */
record AzureProperties(URI endpoint, String account, Optional<String> accountKey, Optional<String> sasToken, Duration putTimeout)
{
    static final String ENDPOINT = "icegate.azure.endpoint";
    static final String ACCOUNT_NAME = "adls.auth.shared-key.account.name";
    static final String ACCOUNT_KEY = "adls.auth.shared-key.account.key";
    /**
     * Followed by the host of the locations.
     */
    static final String SAS_TOKEN = "adls.sas-token.";
    static final String PUT_TIMEOUT_MILLIS = "icegate.azure.put-timeout-millis";
    static final String CONNECTION_STRING_VARIABLE = "AZURE_STORAGE_CONNECTION_STRING";
    static final String KEY_VARIABLE = "AZURE_STORAGE_KEY";
    static final String SAS_TOKEN_VARIABLE = "AZURE_STORAGE_SAS_TOKEN";
    private static final String OWN = "icegate.azure.";
    private static final Set<String> OWN_KNOWN = Set.of(ENDPOINT, PUT_TIMEOUT_MILLIS);
    private static final Pattern CONNECTION_PART = Pattern.compile("([A-Za-z]+)=([^;]*)");
    /**
     * Slow writes of a few seconds are ordinary here: a shorter deadline would make questions out of answers.
     */
    private static final long PUT_TIMEOUT_MILLIS_DEFAULT = 5000;
    private static final long PUT_TIMEOUT_MILLIS_MAX = 600_000;

    AzureProperties
    {
        requireNonNull(endpoint, "endpoint is null");
        requireNonNull(account, "account is null");
        requireNonNull(accountKey, "accountKey is null");
        requireNonNull(sasToken, "sasToken is null");
        requireNonNull(putTimeout, "putTimeout is null");
    }

    /**
     * @param host of the locations, such as {@code account.dfs.core.windows.net}
     * @throws IllegalArgumentException naming all problems together
     */
    static AzureProperties fromProperties(String host, Map<String, String> properties, Map<String, String> environment)
    {
        List<String> problems = new ArrayList<>();
        String account = host.contains(".") ? host.substring(0, host.indexOf('.')) : host;
        Connection connection = Connection.of(environment.getOrDefault(CONNECTION_STRING_VARIABLE, ""));
        if (!connection.account().orElse(account).equals(account)) {
            // the variable is for another account
            connection = Connection.of("");
        }
        URI endpoint = Optional.ofNullable(properties.get(ENDPOINT)).or(connection::endpoint)
                .flatMap(text -> endpoint(text, problems))
                .orElseGet(() -> URI.create("https://" + host.replaceFirst("\\.dfs\\.", ".blob.")));
        if (properties.containsKey(ACCOUNT_NAME) != properties.containsKey(ACCOUNT_KEY)) {
            problems.add("'%s' and '%s' belong together".formatted(ACCOUNT_NAME, ACCOUNT_KEY));
        }
        boolean hasKey = account.equals(properties.get(ACCOUNT_NAME));
        Optional<String> sasToken = Optional.ofNullable(properties.get(SAS_TOKEN + host));
        Optional<String> accountKey = hasKey ? Optional.ofNullable(properties.get(ACCOUNT_KEY)) : Optional.empty();
        if (accountKey.isEmpty() && sasToken.isEmpty()) {
            accountKey = connection.key().or(() -> Optional.ofNullable(environment.get(KEY_VARIABLE)));
            sasToken = accountKey.isPresent() ? Optional.empty() : connection.sasToken().or(() -> Optional.ofNullable(environment.get(SAS_TOKEN_VARIABLE)));
        }
        Duration putTimeout = Duration.ofMillis(Optional.ofNullable(properties.get(PUT_TIMEOUT_MILLIS))
                .map(text -> millis(text, problems)).orElse(PUT_TIMEOUT_MILLIS_DEFAULT));
        properties.keySet().stream().filter(key -> key.startsWith(OWN) && !OWN_KNOWN.contains(key)).sorted()
                .forEach(key -> problems.add("'%s' is not known".formatted(key)));
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("Cannot open Azure Blob Storage: " + String.join("; ", problems));
        }
        return new AzureProperties(endpoint, account, accountKey, sasToken.map(token -> token.startsWith("?") ? token.substring(1) : token), putTimeout);
    }

    /**
     * What the connection string of Azure's tools says.
     */
    private record Connection(Optional<String> account, Optional<String> key, Optional<String> sasToken, Optional<String> endpoint)
    {
        private static Connection of(String text)
        {
            Optional<String> account = Optional.empty();
            Optional<String> key = Optional.empty();
            Optional<String> sasToken = Optional.empty();
            Optional<String> endpoint = Optional.empty();
            Matcher part = CONNECTION_PART.matcher(text);
            while (part.find()) {
                Optional<String> value = Optional.of(part.group(2));
                switch (part.group(1)) {
                    case "AccountName" -> account = value;
                    case "AccountKey" -> key = value;
                    case "SharedAccessSignature" -> sasToken = value;
                    case "BlobEndpoint" -> endpoint = value;
                    default -> {} // other services, and parts of a host that the location names
                }
            }
            return new Connection(account, key, sasToken, endpoint);
        }
    }

    private static Optional<URI> endpoint(String text, List<String> problems)
    {
        try {
            URI uri = URI.create(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
            if (("http".equals(uri.getScheme()) || "https".equals(uri.getScheme())) && uri.getHost() != null) {
                return Optional.of(uri);
            }
        }
        catch (IllegalArgumentException e) {
            // reported below
        }
        problems.add("'%s' is '%s', it must be like http://host:port/account".formatted(ENDPOINT, text));
        return Optional.empty();
    }

    private static long millis(String text, List<String> problems)
    {
        try {
            long millis = Long.parseLong(text);
            if (millis > 0 && millis <= PUT_TIMEOUT_MILLIS_MAX) {
                return millis;
            }
        }
        catch (NumberFormatException e) {
            // reported below
        }
        problems.add("'%s' is '%s', it must be 1 to %s".formatted(PUT_TIMEOUT_MILLIS, text, PUT_TIMEOUT_MILLIS_MAX));
        return PUT_TIMEOUT_MILLIS_DEFAULT;
    }

    /**
     * Without secrets.
     */
    @Override
    public String toString()
    {
        return "AzureProperties[endpoint=%s, account=%s, putTimeout=%s]".formatted(endpoint, account, putTimeout);
    }
}
