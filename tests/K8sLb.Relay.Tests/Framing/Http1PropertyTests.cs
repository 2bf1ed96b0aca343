using System.Text;
using FsCheck;
using FsCheck.Fluent;
using K8sLb.Sidecar.Relay.Framing.Http1;

namespace K8sLb.Relay.Tests.Framing;

/// <summary>What must hold for every split of every input.</summary>
public sealed class Http1PropertyTests
{
    private static readonly Config Runs = Config.QuickThrowOnFailure.WithMaxTest(500);

    private static Gen<string> Text(string alphabet, int min, int max) =>
        from length in Gen.Choose(min, max)
        from letters in Gen.ArrayOf(Gen.Elements(alphabet.ToCharArray()), length)
        select new string(letters);

    private static Gen<string> Field =>
        from name in Text("abcXYZ-_", 1, 12)
        from space in Gen.Elements("", " ", "\t", "  ")
        from value in Text("abc 0123:;,=\t\"/\u00e9", 0, 40)
        select $"X-{name}:{space}{value}\r\n";

    private static Gen<string> ChunkedBody =>
        from chunks in Gen.ListOf(Text("abc\r\n0", 1, 60)).Resize(8)
        from extension in Gen.Elements("", ";a", ";a=b", ";a=\"b c\"")
        from trailers in Gen.ListOf(Field).Resize(3)
        select string.Concat(chunks.Select(chunk => $"{chunk.Length:x}{extension}\r\n{chunk}\r\n"))
            + $"0\r\n{string.Concat(trailers)}\r\n";

    private static Gen<string> Message(string startLine) =>
        from fields in Gen.ListOf(Field).Resize(10)
        from chunked in Gen.Elements(true, false)
        from body in chunked ? ChunkedBody : Text("abc\r\n \0", 0, 200)
        let framing = chunked ? "Transfer-Encoding: chunked\r\n" : $"Content-Length: {body.Length}\r\n"
        select $"{startLine}\r\n{string.Concat(fields)}{framing}\r\n{body}";

    private static Gen<(byte[] Bytes, int Count, int[] Cuts)> Traffic(string startLine) =>
        from messages in Gen.NonEmptyListOf(Message(startLine)).Resize(6)
        let bytes = Splits.Bytes(string.Concat(messages))
        from cuts in Gen.ArrayOf(Gen.Choose(0, bytes.Length))
        select (bytes, messages.Count, cuts);

    [Fact]
    public void Any_split_of_valid_requests_gives_the_same_boundaries_and_bytes() =>
        Check.One(
            Runs,
            Prop.ForAll(
                Traffic("POST /path HTTP/1.1").ToArbitrary(),
                traffic =>
                {
                    var whole = Http1Trace.Requests(traffic.Bytes, []);
                    var split = Http1Trace.Requests(traffic.Bytes, traffic.Cuts);
                    return whole.Messages == traffic.Count
                        && split.Events == whole.Events
                        && split.Passed == Encoding.Latin1.GetString(traffic.Bytes);
                }
            )
        );

    [Fact]
    public void Any_split_of_valid_responses_gives_the_same_boundaries_and_bytes() =>
        Check.One(
            Runs,
            Prop.ForAll(
                Traffic("HTTP/1.1 200 OK").ToArbitrary(),
                traffic =>
                {
                    var whole = Http1Trace.Responses(traffic.Bytes, [], RequestMethod.Other);
                    var split = Http1Trace.Responses(traffic.Bytes, traffic.Cuts, RequestMethod.Other);
                    return whole.Messages == traffic.Count
                        && split.Events == whole.Events
                        && split.Passed == Encoding.Latin1.GetString(traffic.Bytes);
                }
            )
        );

    /// <summary>One byte of a valid message changed: whatever the framer makes of it, it makes of every split.</summary>
    [Fact]
    public void A_damaged_request_is_judged_alike_however_it_arrives() =>
        Check.One(
            Runs.WithMaxTest(2000),
            Prop.ForAll(
                (
                    from traffic in Traffic("POST /path HTTP/1.1")
                    from at in Gen.Choose(0, traffic.Bytes.Length - 1)
                    from value in Gen.Elements(0, 9, 10, 13, 32, 58, 48, 97, 127, 255)
                    select (traffic.Bytes, traffic.Cuts, At: at, Value: (byte)value)
                ).ToArbitrary(),
                damage =>
                {
                    damage.Bytes[damage.At] = damage.Value;
                    var whole = Http1Trace.Requests(damage.Bytes, []);
                    var split = Http1Trace.Requests(damage.Bytes, damage.Cuts);
                    return split.Messages == whole.Messages
                        && split.Passed == whole.Passed
                        && (split.Error == FramingError.None) == (whole.Error == FramingError.None);
                }
            )
        );

    [Fact]
    public void Random_bytes_end_in_a_verdict_and_hold_little() =>
        Check.One(
            Runs,
            Prop.ForAll(
                (
                    from prefix in Gen.Elements(
                        "",
                        "GET / HTTP/1.1\r\n",
                        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                    )
                    from bytes in Gen.ArrayOf(Gen.Choose(0, 255), 4000)
                    from cuts in Gen.ArrayOf(Gen.Choose(0, 4000))
                    select (Bytes: (byte[])[.. Splits.Bytes(prefix), .. bytes.Select(one => (byte)one)], cuts)
                ).ToArbitrary(),
                input =>
                    Http1Trace.Requests(input.Bytes, input.cuts).Kept <= Http1Limits.MaxHead
                    && Http1Trace.Responses(input.Bytes, input.cuts, RequestMethod.Other).Kept <= Http1Limits.MaxHead
            )
        );
}
