namespace K8sLb.Sidecar.Overload;

/// <summary>
/// How much work at a time an application bears, found from how long answers take: Gradient2 of Netflix's concurrency-limits
/// (<see href="https://github.com/Netflix/concurrency-limits"/>), over windows of time. Where answers take longer than they
/// usually do, work queues, and the limit falls by as much, to half of itself at most; where they do not, it grows by what may queue.
/// </summary>
/// <remarks>
/// One thing is different. There the usual latency is a mean over all windows, so under a load that never ends it
/// follows the queue that the limit itself lets grow, and the limit drifts to its maximum. Here it rises by windows
/// with less than half of the limit in use; and where there are none for a minute, the limit is halved for some windows to measure
/// it without that queue, as Envoy's gradient controller does at its minimum. Where that finds something else, it looks again soon.
/// </remarks>
public readonly record struct GradientLimit
{
    /// <summary>Windows that the usual latency is a mean of, weighted exponentially.</summary>
    private const int UsualWindows = 600;

    /// <summary>Times a window's latency beyond which the usual one is taken for a remnant of overload.</summary>
    private const double Outdated = 2;
    private const double Forgetting = 0.95;
    private const double LeastGradient = 0.5;

    /// <summary>Busy windows between two measurements, and after one that found another latency.</summary>
    public const int MeasuredEvery = 600;
    private const int MeasuredAgainAfter = 60;
    private const double Another = 0.2;

    /// <summary>Windows of a measurement; the first of them still meet what was under way before.</summary>
    private const int Measuring = 5;
    private const int Measured = 3;

    private readonly double limit;
    private readonly double usual;
    private readonly double usualBefore;
    private readonly int busy;
    private readonly int measuring;

    /// <param name="limit">To begin with.</param>
    /// <param name="busy">Of the windows until the first measurement; differs from member to member, so that they do not measure in step.</param>
    public GradientLimit(double limit, int busy = 0)
        : this(limit, 0, 0, busy, 0) { }

    private GradientLimit(double limit, double usual, double usualBefore, int busy, int measuring) =>
        (this.limit, this.usual, this.usualBefore, this.busy, this.measuring) = (
            limit,
            usual,
            usualBefore,
            busy,
            measuring
        );

    /// <summary>0 until there is a window.</summary>
    public double UsualSeconds => usual;

    /// <summary>Pieces of work at a time, before rounding.</summary>
    public double At(in GradientRules rules) =>
        Math.Clamp(measuring > 0 ? limit / 2 : limit, rules.Minimum, rules.Maximum);

    public GradientLimit Next(in GradientRules rules, in LatencyWindow window)
    {
        var now = Math.Clamp(limit, rules.Minimum, rules.Maximum);
        if (measuring > 0)
        {
            return AfterMeasuring(now, window.MeanSeconds);
        }
        var isIdle = window.MostInFlight < now / 2;
        var mean = Mean(window.MeanSeconds, mayRise: isIdle);
        if (isIdle)
        {
            // What is not used need not grow, and says nothing about what could be borne.
            return new(now, mean, 0, busy, 0);
        }
        var gradient = Math.Clamp(rules.Tolerance * mean / window.MeanSeconds, LeastGradient, 1);
        var queue = rules.QueueAllowance > 0 ? rules.QueueAllowance : Math.Sqrt(now);
        var step = ((now * gradient) + queue - now) * rules.Smoothing;
        var next = Math.Clamp(now + step, rules.Minimum, rules.Maximum);
        return new(next, mean, mean, busy + 1, busy + 1 >= MeasuredEvery ? Measuring : 0);
    }

    private GradientLimit AfterMeasuring(double now, double seconds)
    {
        var counted = Measured - measuring + 1;
        var mean =
            counted < 1 ? usual
            : counted == 1 ? seconds
            : usual + ((seconds - usual) / counted);
        var isAnother = measuring == 1 && Math.Abs(mean - usualBefore) > Another * usualBefore;
        return new(now, mean, usualBefore, isAnother ? MeasuredEvery - MeasuredAgainAfter : 0, measuring - 1);
    }

    private double Mean(double seconds, bool mayRise)
    {
        if (usual == 0)
        {
            return seconds;
        }
        if (seconds > usual && !mayRise)
        {
            return usual;
        }
        var mean = usual + ((seconds - usual) * 2 / (UsualWindows + 1));
        return mean > seconds * Outdated ? mean * Forgetting : mean;
    }
}

/// <param name="Tolerance">Times the usual latency that counts as usual.</param>
/// <param name="Smoothing">Part of each step that is taken.</param>
/// <param name="QueueAllowance">0 for the square root of the limit.</param>
public readonly record struct GradientRules(
    int Minimum,
    int Maximum,
    double Tolerance,
    double Smoothing,
    int QueueAllowance
);

/// <param name="MeanSeconds">Above 0.</param>
/// <param name="MostInFlight">At the time of any of its answers.</param>
public readonly record struct LatencyWindow(double MeanSeconds, int MostInFlight);
