using FsCheck;
using FsCheck.Fluent;
using K8sLb.Sidecar.Relay.Framing.Http2;
using static K8sLb.Relay.Tests.Framing.Http2Frames;

namespace K8sLb.Relay.Tests.Framing;

public sealed class Http2PropertyTests
{
    private static readonly Config Runs = Config.QuickThrowOnFailure.WithMaxTest(500);

    private static Gen<byte[]> AnyFrame =>
        from stream in Gen.Choose(0, 12).Select(n => (uint)n)
        from size in Gen.Frequency((8, Gen.Choose(0, 40)), (1, Gen.Choose(0, 16_384)))
        from end in Gen.Elements(true, false)
        from whole in Gen.Elements(true, false)
        from kind in Gen.Choose(0, 10)
        select kind switch
        {
            0 or 1 => Headers(stream, end, whole, size),
            2 or 3 => Data(stream, size, end),
            4 => Continuation(stream, whole, size),
            5 => Reset(stream),
            6 => Settings((5, 16_384 + stream)),
            7 => Ping(stream, ack: end),
            8 => GoAway(stream),
            9 => PushPromise(stream, stream + 1),
            _ => Frame((FrameType)0x42, 0, stream, new byte[size]),
        };

    private static Gen<(byte[][] Frames, int[] Cuts)> Traffic =>
        from frames in Gen.ArrayOf(AnyFrame).Resize(40)
        let length = frames.Sum(frame => frame.Length)
        from cuts in Gen.ArrayOf(Gen.Choose(0, length))
        select (frames, cuts);

    [Fact]
    public void Any_split_passes_the_same_bytes_and_sees_the_same_streams() =>
        Check.One(
            Runs,
            Prop.ForAll(Traffic.ToArbitrary(), input => See(input.Frames, []) == See(input.Frames, input.Cuts))
        );

    /// <summary>The table against a dictionary, which is slow and obviously right.</summary>
    [Fact]
    public void The_stream_table_agrees_with_a_dictionary() =>
        Check.One(
            Runs,
            Prop.ForAll(
                (
                    from steps in Gen.ArrayOf(
                            from step in Gen.Choose(0, 3)
                            from id in Gen.Choose(1, 60)
                            select (step, id: (uint)id)
                        )
                        .Resize(300)
                    select steps
                ).ToArbitrary(),
                steps =>
                {
                    var table = new StreamTable();
                    var model = new Dictionary<uint, StreamEnds>();
                    foreach (var (step, id) in steps)
                    {
                        Apply(ref table, model, step, id);
                        if (
                            table.Count != model.Count
                            || Enumerable.Range(1, 60).Any(n => Differs(table, model, (uint)n))
                        )
                        {
                            return false;
                        }
                    }
                    return true;
                }
            )
        );

    [Fact]
    public void Random_bytes_end_in_a_verdict_and_hold_little() =>
        Check.One(
            Runs,
            Prop.ForAll(
                (
                    from bytes in Gen.ArrayOf(Gen.Choose(0, 255), 3000)
                    from cuts in Gen.ArrayOf(Gen.Choose(0, 3000))
                    select (Bytes: (byte[])[.. Preface, .. bytes.Select(one => (byte)one)], cuts)
                ).ToArbitrary(),
                input =>
                {
                    var traffic = Http2Traffic.WithPriorKnowledge();
                    var client = Splits.Feed(
                        input.Bytes,
                        input.cuts,
                        bytes => traffic.ReadClient(bytes, 0, out var consumed) == Verdict.Violation ? null : consumed
                    );
                    var server = Splits.Feed(
                        input.Bytes,
                        input.cuts,
                        bytes => traffic.ReadServer(bytes, 0, out var consumed) == Verdict.Violation ? null : consumed
                    );
                    return Math.Max(client, server) <= FrameHeader.Size + FrameScanner.MaxControlPayload;
                }
            )
        );

    private static string See(byte[][] frames, int[] cuts)
    {
        byte[] bytes = [.. frames.SelectMany(frame => frame)];
        var traffic = Http2Traffic.WithPriorKnowledge();
        traffic.ReadClient(Preface, 0, out _);
        traffic.Pinged(3);
        var forwarded = new HashCode();
        var passed = 0;
        Splits.Feed(
            bytes,
            cuts,
            input =>
            {
                var verdict = traffic.ReadClient(input, 0, out var consumed);
                for (var at = 0; verdict == Verdict.Forward && at < consumed; at++, passed++)
                {
                    forwarded.Add(input[at]);
                }
                return verdict == Verdict.Violation ? null : consumed;
            }
        );
        Splits.Feed(bytes, cuts, input => traffic.ReadServer(input, 0, out var n) == Verdict.Violation ? null : n);
        return $"{passed} {forwarded.ToHashCode()} {traffic.OpenStreams} {traffic.HighestClientStream} "
            + $"{traffic.CanInject} {traffic.PingAnswered} {traffic.Error} {traffic.ServerLastStream}";
    }

    private static bool Differs(in StreamTable table, Dictionary<uint, StreamEnds> model, uint id) =>
        table.Contains(id) != model.ContainsKey(id);

    private static void Apply(ref StreamTable table, Dictionary<uint, StreamEnds> model, int step, uint id)
    {
        if (step == 0)
        {
            table.Open(id);
            model.TryAdd(id, StreamEnds.None);
        }
        else if (step == 1)
        {
            table.Remove(id);
            model.Remove(id);
        }
        else
        {
            var side = step == 2 ? StreamEnds.Client : StreamEnds.Server;
            table.End(id, side);
            if (model.TryGetValue(id, out var ends) && (model[id] = ends | side) == StreamEnds.Both)
            {
                model.Remove(id);
            }
        }
    }
}
