package io.icegate.rest.credentials;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.icegate.wal.WalLayout;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableProperties;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static java.util.Objects.requireNonNull;

/**
 * What credentials of one table allow: to read what lies at its locations, and its part of the WAL, whose segments become its data
 * files; to write at its locations, for those who may. Never to write what is the catalog's or the WAL's, whatever location a table
 * names for its files.
 *
 * <p>The session policy of <a href="https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html">AssumeRole</a>: it takes
 * from the role what it does not name, and gives nothing that the role has not.
 */
final class TablePolicy
{
    /**
     * Of AWS, for a session policy.
     */
    static final int CHARACTERS_MAX = 2048;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern S3_LOCATION = Pattern.compile("s3[an]?://([^/]+)/?(.*)");
    private static final List<String> LOCATION_PROPERTIES = List.of(TableProperties.WRITE_DATA_LOCATION, TableProperties.WRITE_METADATA_LOCATION);
    private static final List<String> READS = List.of("s3:GetObject");
    private static final List<String> WRITES = List.of("s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts");
    private static final List<String> FOLDERS_OF_OURS = List.of("_catalog", "_wal", "_live");

    private final String warehouse;
    private final String partition;

    /**
     * @param warehouse its root, in S3
     * @param roleArn of the same partition of AWS as the buckets
     * @throws IllegalArgumentException when the warehouse is not in S3
     */
    TablePolicy(String warehouse, String roleArn)
    {
        this.warehouse = requireNonNull(warehouse, "warehouse is null");
        this.partition = roleArn.split(":", 3)[1];
        if (!S3_LOCATION.matcher(warehouse).matches()) {
            throw new IllegalArgumentException("Cannot send credentials for warehouse %s: icegate.rest.credentials.role-arn needs one in S3".formatted(warehouse));
        }
    }

    /**
     * Empty for a table of which something lies elsewhere than in S3.
     *
     * @throws IllegalArgumentException when it would be longer than {@value #CHARACTERS_MAX} characters
     */
    Optional<String> of(TableMetadata table, boolean mayChange)
    {
        Set<String> places = new LinkedHashSet<>();
        places.add(table.location());
        LOCATION_PROPERTIES.stream().map(table.properties()::get).filter(location -> location != null).forEach(places::add);
        if (!places.stream().allMatch(place -> S3_LOCATION.matcher(place).matches())) {
            return Optional.empty();
        }
        UUID uuid = UUID.fromString(table.uuid());
        List<String> readable = Stream.concat(
                        places.stream(),
                        Stream.of(warehouse + "/" + WalLayout.table(uuid).value(), warehouse + "/" + WalLayout.live(uuid).value()))
                .toList();
        List<Map<String, Object>> statements = new ArrayList<>();
        statements.add(statement("Allow", READS, arns(readable)));
        if (mayChange) {
            statements.add(statement("Allow", WRITES, arns(places)));
            places.forEach(place -> statements.add(listing(place)));
            statements.add(statement("Deny", List.of("s3:PutObject", "s3:DeleteObject"), arns(FOLDERS_OF_OURS.stream().map(folder -> warehouse + "/" + folder).toList())));
        }
        String policy = json(statements);
        if (policy.length() > CHARACTERS_MAX) {
            throw new IllegalArgumentException("Cannot send credentials for table at %s: its locations make a policy of %s characters, more than %s".formatted(table.location(), policy.length(), CHARACTERS_MAX));
        }
        return Optional.of(policy);
    }

    private List<String> arns(Iterable<String> locations)
    {
        List<String> arns = new ArrayList<>();
        locations.forEach(location -> arns.add(arn(location)));
        return arns;
    }

    /**
     * All objects below a location.
     */
    private String arn(String location)
    {
        Matcher parts = parts(location);
        return "arn:%s:s3:::%s/%s*".formatted(partition, parts.group(1), folder(parts));
    }

    private Map<String, Object> listing(String location)
    {
        Matcher parts = parts(location);
        Map<String, Object> statement = statement("Allow", List.of("s3:ListBucket"), List.of("arn:%s:s3:::%s".formatted(partition, parts.group(1))));
        statement.put("Condition", Map.of("StringLike", Map.of("s3:prefix", folder(parts) + "*")));
        return statement;
    }

    private static Matcher parts(String location)
    {
        Matcher parts = S3_LOCATION.matcher(location);
        if (!parts.matches()) {
            throw new IllegalArgumentException("Cannot allow location %s: it is not in S3".formatted(location));
        }
        return parts;
    }

    /**
     * With a slash at its end, and without wildcards: a folder may be called {@code *}.
     */
    private static String folder(Matcher parts)
    {
        String key = parts.group(2).replaceAll("/+$", "");
        String escaped = key.replace("$", "${$}").replace("*", "${*}").replace("?", "${?}");
        return escaped.isEmpty() ? "" : escaped + "/";
    }

    private static Map<String, Object> statement(String effect, List<String> actions, List<String> resources)
    {
        Map<String, Object> statement = new LinkedHashMap<>();
        statement.put("Effect", effect);
        statement.put("Action", actions);
        statement.put("Resource", resources);
        return statement;
    }

    private static String json(List<Map<String, Object>> statements)
    {
        Map<String, Object> policy = new LinkedHashMap<>();
        policy.put("Version", "2012-10-17"); // of the language; wildcards cannot be escaped in the one before
        policy.put("Statement", statements);
        try {
            return JSON.writeValueAsString(policy);
        }
        catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot write policy", e);
        }
    }
}
