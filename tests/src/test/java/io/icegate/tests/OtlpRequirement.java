package io.icegate.tests;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

/**
 * One row of what a receiver of OTLP has to do. The rows are data, in {@code otlp-requirements.md}.
 *
 * @param source who asks for it
 * @param answer what IceGate does
 * @param later why it is not there yet, as far as it is not
 */
record OtlpRequirement(int row, String requirement, String source, String answer, Optional<String> later)
{
    private static final String RESOURCE = "/otlp-requirements.md";
    private static final int CELLS = 5;

    OtlpRequirement
    {
        requireNonNull(requirement, "requirement is null");
        requireNonNull(source, "source is null");
        requireNonNull(answer, "answer is null");
        requireNonNull(later, "later is null");
    }

    static List<OtlpRequirement> all()
            throws IOException
    {
        try (InputStream in = requireNonNull(OtlpRequirement.class.getResourceAsStream(RESOURCE), RESOURCE)) {
            return new String(in.readAllBytes(), UTF_8).lines().filter(line -> line.matches("\\| \\d+ \\|.*")).map(OtlpRequirement::parse).toList();
        }
    }

    private static OtlpRequirement parse(String line)
    {
        List<String> cells = Arrays.stream(line.substring(1, line.lastIndexOf('|')).split("\\|", -1)).map(String::strip).toList();
        if (cells.size() != CELLS) {
            throw new IllegalArgumentException("Cannot read requirement '%s': it has %s cells, not %s".formatted(line, cells.size(), CELLS));
        }
        return new OtlpRequirement(Integer.parseInt(cells.get(0)), cells.get(1), cells.get(2), cells.get(3), Optional.of(cells.get(4)).filter(text -> !text.isEmpty()));
    }
}
