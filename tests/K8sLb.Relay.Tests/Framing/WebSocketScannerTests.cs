using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using K8sLb.Sidecar.Relay.Framing.WebSocket;

namespace K8sLb.Relay.Tests.Framing;

public sealed class WebSocketScannerTests
{
    private static readonly Config Runs = Config.QuickThrowOnFailure.WithMaxTest(500);

    internal static byte[] Frame(Opcode opcode, int size, bool final = true, bool masked = false, int lengthBytes = 0)
    {
        var mask = masked ? 0x80 : 0;
        byte[] length = (size, lengthBytes) switch
        {
            (< 126, 0) => [(byte)(mask | size)],
            (<= ushort.MaxValue, not 8) => [(byte)(mask | 126), (byte)(size >> 8), (byte)size],
            _ => [(byte)(mask | 127), 0, 0, 0, 0, .. Number(size)],
        };
        return [(byte)((final ? 0x80 : 0) | (byte)opcode), .. length, .. masked ? Number(7) : [], .. new byte[size]];
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(125, 0)]
    [InlineData(126, 0)]
    [InlineData(65_535, 0)]
    [InlineData(65_536, 0)]
    [InlineData(5, 2)]
    [InlineData(5, 8)]
    public void Every_length_form_ends_where_it_says(int size, int lengthBytes)
    {
        foreach (var masked in new[] { true, false })
        {
            var frame = Frame(Opcode.Binary, size, masked: masked, lengthBytes: lengthBytes);
            Trace([.. frame, .. frame], [], masked).ShouldBe($"2 messages, 2 frames, {2 * frame.Length} bytes");
            Trace([.. frame, .. frame], Splits.Every(3, 2 * frame.Length), masked)
                .ShouldBe($"2 messages, 2 frames, {2 * frame.Length} bytes");
        }
    }

    [Fact]
    public void A_message_ends_with_its_last_fragment_not_with_a_control_frame_between()
    {
        var scanner = WebSocketScanner.OfServer();
        Step(ref scanner, Frame(Opcode.Text, 3, final: false));
        scanner.AtFrameBoundary.ShouldBeTrue();
        scanner.AtMessageBoundary.ShouldBeFalse();
        Step(ref scanner, Frame(Opcode.Ping, 3));
        scanner.AtMessageBoundary.ShouldBeFalse();
        Step(ref scanner, Frame(Opcode.Continuation, 3, final: false));
        scanner.AtMessageBoundary.ShouldBeFalse();
        Step(ref scanner, Frame(Opcode.Continuation, 0));
        scanner.AtMessageBoundary.ShouldBeTrue();
    }

    [Fact]
    public void Bits_of_extensions_pass()
    {
        var compressed = Frame(Opcode.Text, 3);
        compressed[0] |= 0x40;
        Trace(compressed, [], masked: false).ShouldStartWith("1 messages");
    }

    public static TheoryData<string, byte[], bool> Broken =>
        new()
        {
            { "an unmasked client", Frame(Opcode.Text, 3), true },
            { "a masked server", Frame(Opcode.Text, 3, masked: true), false },
            { "a continuation of nothing", Frame(Opcode.Continuation, 3), false },
            { "a message inside a message", [.. Frame(Opcode.Text, 1, final: false), .. Frame(Opcode.Text, 1)], false },
            { "a fragmented ping", Frame(Opcode.Ping, 1, final: false), false },
            { "a long ping", Frame(Opcode.Ping, 126), false },
            { "a reserved opcode", Frame((Opcode)3, 1), false },
            { "a reserved control opcode", Frame((Opcode)0xb, 1), false },
            { "a negative length", [0x82, 127, 0x80, 0, 0, 0, 0, 0, 0, 1], false },
        };

    [Theory]
    [MemberData(nameof(Broken))]
    public void Broken_frames_are_refused(string reason, byte[] bytes, bool fromClient)
    {
        Trace(bytes, [], fromClient).ShouldEndWith("invalid", Case.Sensitive, reason);
        Trace(bytes, Splits.Every(1, bytes.Length), fromClient).ShouldEndWith("invalid", Case.Sensitive, reason);
    }

    [Fact]
    public void Any_split_of_any_frames_gives_the_same_boundaries() =>
        Check.One(
            Runs,
            Prop.ForAll(
                (
                    from messages in Gen.ListOf(Message).Resize(12)
                    let bytes = messages.SelectMany(one => one).ToArray()
                    from cuts in Gen.ArrayOf(Gen.Choose(0, bytes.Length))
                    select (bytes, cuts)
                ).ToArbitrary(),
                input =>
                    Trace(input.bytes, input.cuts, masked: true) == Trace(input.bytes, [], masked: true)
                    && !Trace(input.bytes, [], masked: true).EndsWith("invalid", StringComparison.Ordinal)
            )
        );

    [Fact]
    public void Random_bytes_end_in_a_verdict_and_hold_little() =>
        Check.One(
            Runs,
            Prop.ForAll(
                (
                    from bytes in Gen.ArrayOf(Gen.Choose(0, 255), 2000)
                    from cuts in Gen.ArrayOf(Gen.Choose(0, 2000))
                    select (Bytes: bytes.Select(one => (byte)one).ToArray(), cuts)
                ).ToArbitrary(),
                input =>
                {
                    var scanner = WebSocketScanner.OfClient();
                    return Splits.Feed(
                            input.Bytes,
                            input.cuts,
                            bytes => scanner.Next(bytes, out var n, out _) == WebSocketStep.Invalid ? null : n
                        )
                        <= WebSocketFrame.MaxControlPayload + WebSocketBuilder.MaxSize;
                }
            )
        );

    private static Gen<byte[]> Message =>
        from fragments in Gen.Choose(1, 4)
        from sizes in Gen.ArrayOf(Gen.Frequency((5, Gen.Choose(0, 130)), (1, Gen.Choose(0, 70_000))), fragments)
        from ping in Gen.Elements(true, false)
        select sizes
            .SelectMany(
                (size, at) =>
                    (byte[])
                        [
                            .. Frame(at == 0 ? Opcode.Binary : 0, size, final: at == fragments - 1, masked: true),
                            .. ping ? Frame(Opcode.Ping, size % 126, masked: true) : [],
                        ]
            )
            .ToArray();

    private static void Step(ref WebSocketScanner scanner, byte[] bytes)
    {
        ReadOnlySpan<byte> rest = bytes;
        while (!rest.IsEmpty)
        {
            scanner.Next(rest, out var consumed, out _).ShouldBeOneOf(WebSocketStep.Frame, WebSocketStep.Payload);
            rest = rest[consumed..];
        }
    }

    private static string Trace(byte[] bytes, IEnumerable<int> cuts, bool masked)
    {
        var scanner = masked ? WebSocketScanner.OfClient() : WebSocketScanner.OfServer();
        var (frames, messages, passed, invalid) = (0, 0, 0, false);
        Splits.Feed(
            bytes,
            cuts,
            input =>
            {
                var step = scanner.Next(input, out var consumed, out var frame);
                passed += consumed;
                frames += step == WebSocketStep.Frame ? 1 : 0;
                var ended = step == WebSocketStep.Payload || (step == WebSocketStep.Frame && !frame.IsControl);
                messages += ended && scanner.AtMessageBoundary ? 1 : 0;
                invalid = step == WebSocketStep.Invalid;
                return invalid ? null : consumed;
            }
        );
        return $"{messages} messages, {frames} frames, {passed} bytes{(invalid ? " invalid" : "")}";
    }

    private static byte[] Number(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }
}
