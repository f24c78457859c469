//! Quantiles and tails against values worked out to 50 digits from the defining series, and against closed forms.

use fingerpost_statistics::distribution::*;

use crate::close::close;

const TIGHT: f64 = 1e-13;

#[test]
fn normal_quantiles_hold_to_the_last_digits() {
    for (upper, z) in [
        (0.025, 1.959_963_984_540_054_2),
        (0.001, 3.090_232_306_167_813_5),
        (0.2, 0.841_621_233_572_914_2),
        (1e-10, 6.361_340_902_404_056),
    ] {
        close(-normal_quantile(upper), z, 1e-14);
    }
    close(normal_upper(8.0), 6.220_960_574_271_784e-16, TIGHT);
    assert_eq!(normal_quantile(0.5), 0.0);
    assert!(normal_quantile(1.5).is_nan() && normal_quantile(f64::NAN).is_nan());
}

#[test]
fn t_quantiles_hold_to_thirteen_digits() {
    for (upper, df, t) in [
        (0.025, 10.0, 2.228_138_851_986_275),
        (0.001, 3.5, 8.315_567_604_516_117),
        (0.025, 57.0, 2.002_465_459_291_007_3),
        (0.0005, 200.0, 3.339_835_406_275_678),
        (0.025, 999.0, 1.962_341_461_133_45),
    ] {
        close(-t_quantile(upper, df), t, TIGHT);
    }
    close(t_upper(5.0, 12.0), 1.546_556_056_419_442_3e-4, TIGHT);
}

#[test]
fn t_with_one_and_two_degrees_agrees_with_its_closed_form_far_out() {
    for tail in [1e-12, 1e-6, 0.01, 0.3] {
        close(-t_quantile(tail, 1.0), 1.0 / (std::f64::consts::PI * tail).tan(), TIGHT);
        let a = 4.0 * tail * (1.0 - tail);
        close(-t_quantile(tail, 2.0), (1.0 - 2.0 * tail) * (2.0 / a).sqrt(), TIGHT);
    }
}

#[test]
fn chi_squared_quantiles_hold_to_thirteen_digits() {
    for (p, df, x) in [
        (0.025, 1.0, 9.820_691_171_752_56e-4),
        (0.025, 5.0, 0.831_211_613_486_662_4),
        (0.975, 5.0, 12.832_501_994_030_028),
        (0.999, 18.0, 42.312_396_331_679_97),
        (0.001, 20.0, 5.921_040_745_487_519),
        (0.975, 200.0, 241.057_895_506_310_92),
        (0.0001, 3.0, 5.214_832_329_027_978e-3),
    ] {
        close(chi_squared_quantile(p, df), x, TIGHT);
    }
    close(chi_squared_upper(80.0, 10.0), 5.020_464_318_829_133e-13, TIGHT);
    // A million events: where logarithms of factorials have lost five digits.
    close(chi_squared_upper(2_004_000.0, 2_000_000.0), 2.280_409_589_876_986_3e-2, 1e-12);
}

#[test]
fn f_and_beta_tails_hold() {
    close(f_upper(3.2, 4.0, 17.0), 3.940_257_036_466_549e-2, TIGHT);
    close(f_upper(1.1, 30.0, 40.0), 0.384_399_682_923_306_93, TIGHT);
    close(f_upper(12.0, 2.0, 7.5), 4.600_607_266_080_184e-3, TIGHT);
    close(beta_cdf(0.3, 2.5, 7.0), 0.641_222_462_971_721_2, TIGHT);
    close(f_quantile(f_cdf(3.2, 4.0, 17.0), 4.0, 17.0), 3.2, TIGHT);
}

#[test]
fn a_quantile_undoes_its_probability() {
    for df in [0.3, 1.0, 2.5, 7.0, 40.0, 1234.0, 1e7] {
        for p in [1e-9, 0.001, 0.2, 0.5, 0.77, 0.9995] {
            close(chi_squared_cdf(chi_squared_quantile(p, df), df), p, 1e-11);
            close(t_cdf(t_quantile(p, df), df), p, 1e-11);
            // A beta quantile a millionth below one has itself only ten digits.
            close(beta_cdf(beta_quantile(p, df.min(1e4), 3.0), df.min(1e4), 3.0), p, 1e-10);
        }
    }
}

#[test]
fn discrete_probabilities_add_up() {
    for (n, p) in [(1, 0.3), (19, 0.5), (60, 0.02), (200, 0.9)] {
        let mut total = 0.0;
        for k in 0..=n {
            total += binomial_pmf(k, n, p);
            close(binomial_cdf(k, n, p), total, 1e-12);
        }
        close(total, 1.0, 1e-12);
    }
    let mut total = 0.0;
    for k in 0..60 {
        total += poisson_pmf(k, 14.5);
        close(poisson_cdf(k, 14.5), total, 1e-12);
    }
    assert_eq!(poisson_quantile(poisson_cdf(12, 14.5), 14.5), Some(12));
    assert_eq!(binomial_quantile(0.05, 11, 0.5), Some(3));
}

#[test]
fn small_counts_are_exact_to_the_last_digits() {
    // Sums of powers of two, which have no rounding of their own.
    close(binomial_pmf(3, 10, 0.5), 120.0 / 1024.0, 1e-14);
    close(binomial_cdf(3, 12, 0.5), 299.0 / 4096.0, 1e-14);
    close(binomial_pmf(13, 29, 0.5), 67_863_915.0 / 536_870_912.0, 1e-14);
    close(poisson_pmf(4, 2.0), 2.0 / 3.0 * (-2.0_f64).exp(), 1e-14);
}

#[test]
fn nonsense_gives_nan_and_never_a_panic() {
    for x in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, 0.0, 1e308, 5e-324] {
        for df in [f64::NAN, f64::INFINITY, -1.0, 0.0, 1e-300, 3.0, 1e300] {
            let _ = (normal_quantile(x), normal_cdf(x), t_cdf(x, df.min(1e9)), chi_squared_cdf(x, df.min(1e9)));
            let _ = (t_quantile(x, df.min(1e9)), chi_squared_quantile(x, df.min(1e9)), f_cdf(x, df.min(1e9), 3.0));
            let _ = (beta_cdf(x, df.min(1e9), 2.0), poisson_quantile(x, df.min(1e9)), binomial_quantile(x, 5, df));
        }
    }
    assert!(t_cdf(1.0, -1.0).is_nan() && chi_squared_quantile(0.5, 0.0).is_nan() && f_cdf(1.0, 0.0, 1.0).is_nan());
}
