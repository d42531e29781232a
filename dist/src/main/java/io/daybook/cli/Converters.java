package io.daybook.cli;

import io.daybook.base.config.DataSize;
import io.daybook.base.config.Durations;
import io.daybook.ledger.DigestType;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.Replication;
import io.daybook.stream.StartPosition;
import java.time.Duration;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Words of the command line as values of the libraries; a word that is none is a usage error. */
final class Converters {
    private Converters() {}

    static void register(CommandLine program) {
        program.registerConverter(Replication.class, sentences(Replication::parse));
        program.registerConverter(DataSize.class, sentences(DataSize::parse));
        program.registerConverter(Duration.class, sentences(Durations::parse));
        program.registerConverter(LedgerId.class, sentences(Converters::ledger));
        program.registerConverter(DigestType.class, sentences(Converters::digest));
        program.registerConverter(StartPosition.class, sentences(Converters::position));
    }

    private static <T> ITypeConverter<T> sentences(ITypeConverter<T> parse) {
        return word -> {
            try {
                return parse.convert(word);
            } catch (IllegalArgumentException wrong) {
                throw new TypeConversionException(wrong.getMessage());
            }
        };
    }

    private static LedgerId ledger(String word) {
        try {
            return new LedgerId(Long.parseLong(word));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + word + "' is not a ledger id, a whole number from 0", e);
        }
    }

    private static DigestType digest(String word) {
        try {
            return DigestType.valueOf(word.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + word + "' is not a digest; use CRC32C, CRC32, HMAC or DUMMY", e);
        }
    }

    private static StartPosition position(String word) {
        if (word.equals("head")) {
            return StartPosition.head();
        }
        if (word.equals("tail")) {
            return StartPosition.tail();
        }
        try {
            return StartPosition.offset(Long.parseLong(word));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + word + "' is not a position; use head, tail or an offset", e);
        }
    }
}
