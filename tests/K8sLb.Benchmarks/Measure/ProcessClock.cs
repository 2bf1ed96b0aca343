using System.Runtime.InteropServices;

namespace K8sLb.Benchmarks;

/// <summary>
/// CPU time of another process with all its threads, those that have ended included: the account that /proc/PID/stat
/// shows in hundredths of a second, in nanoseconds (clock_getcpuclockid(3)).
/// </summary>
internal static unsafe partial class ProcessClock
{
    public static TimeSpan CpuTime(int processId)
    {
        int clock;
        TimeSpec time;
        if (ClockOf(processId, &clock) != 0 || Read(clock, &time) != 0)
        {
            throw new InvalidOperationException($"process {processId} has no CPU clock: it has ended");
        }
        return TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromMicroseconds(time.Nanoseconds / 1e3);
    }

    [LibraryImport("libc", EntryPoint = "clock_getcpuclockid")]
    private static partial int ClockOf(int processId, int* clock);

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int Read(int clock, TimeSpec* time);

    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
