using FsCheck;
using FsCheck.Fluent;

namespace K8sLb.Core.Tests.Properties;

internal static class Check
{
    /// <summary>Throws with the shortest counter-example found, and with the seed that brings it back.</summary>
    public static void That<T>(Arbitrary<T> values, Action<T> property, int times = 10_000) =>
        FsCheck.Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(times).WithStartSize(5).WithEndSize(60).WithQuietOnSuccess(true),
            Prop.ForAll(values, property)
        );
}
