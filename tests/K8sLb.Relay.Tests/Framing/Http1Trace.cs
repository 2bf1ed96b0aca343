using System.Text;
using K8sLb.Sidecar.Relay.Framing.Http1;

namespace K8sLb.Relay.Tests.Framing;

/// <summary>Where a framer saw messages begin and end, and the bytes that it let pass.</summary>
internal sealed class Http1Trace
{
    private readonly StringBuilder events = new();
    private readonly StringBuilder passed = new();
    private int offset;
    private bool inBody;

    public FramingError Error { get; private set; }
    public int Messages { get; private set; }

    /// <summary>The most that had to be kept between two portions.</summary>
    public int Kept { get; private set; }
    public string Passed => passed.ToString();

    /// <summary>Heads, ends and the error with their offsets; equal traces saw the same messages.</summary>
    public string Events => events.ToString();

    public static Http1Trace Requests(byte[] bytes, IEnumerable<int> cuts)
    {
        var trace = new Http1Trace();
        var framer = new RequestFramer();
        trace.Kept = Splits.Feed(
            bytes,
            cuts,
            input =>
            {
                if (trace.inBody)
                {
                    var taken = framer.ReadBody(input, out var bodyError);
                    return trace.Body(input, taken, framer.Body.IsComplete, bodyError);
                }
                if (framer.TryReadHead(input, out var skipped, out var head, out var error))
                {
                    return trace.Head(input[skipped..], head.Length, framer.Body.IsComplete) + skipped;
                }
                trace.offset += skipped;
                return trace.Fails(error) ? null : skipped;
            }
        );
        return trace;
    }

    public static Http1Trace Responses(byte[] bytes, IEnumerable<int> cuts, RequestMethod method)
    {
        var trace = new Http1Trace();
        var framer = new ResponseFramer();
        trace.Kept = Splits.Feed(
            bytes,
            cuts,
            input =>
            {
                if (trace.inBody)
                {
                    var taken = framer.ReadBody(input, out var bodyError);
                    return trace.Body(input, taken, framer.Body.IsComplete, bodyError);
                }
                if (framer.TryReadHead(input, method, out var head, out var error))
                {
                    return trace.Head(input, head.Length, framer.Body.IsComplete);
                }
                return trace.Fails(error) ? null : 0;
            }
        );
        return trace;
    }

    private int Head(ReadOnlySpan<byte> input, int length, bool complete)
    {
        events.Append('[').Append(offset);
        Pass(input[..length]);
        inBody = !complete;
        End(complete);
        return length;
    }

    private int? Body(ReadOnlySpan<byte> input, int taken, bool complete, FramingError error)
    {
        Pass(input[..taken]);
        inBody = !complete;
        End(complete);
        return Fails(error) ? null : taken;
    }

    private void End(bool complete)
    {
        if (complete)
        {
            Messages++;
            events.Append(' ').Append(offset).Append(']');
        }
    }

    private void Pass(ReadOnlySpan<byte> bytes)
    {
        passed.Append(Encoding.Latin1.GetString(bytes));
        offset += bytes.Length;
    }

    private bool Fails(FramingError error)
    {
        Error = error;
        if (error != FramingError.None)
        {
            events.Append('!');
        }
        return error != FramingError.None;
    }
}
